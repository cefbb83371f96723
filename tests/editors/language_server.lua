-- Runs in Neovim: speaks to the language server as Neovim's own client does; prints what came back as one line of JSON.
local results = { messages = {} }
vim.lsp.handlers["window/showMessage"] = function(_, message)
  table.insert(results.messages, message.message)
end

local lines = vim.json.decode(vim.env.KB_TEST_PASTE)
-- Letters beyond the basic plane count twice in UTF-16, and not at all for who reads bytes.
local document = vim.list_extend({ "served 🍵 and 🍵 again" }, lines)
document[#document] = "app-1 🍵 | " .. document[#document]

local function open(text, kind)
  local buffer = vim.api.nvim_create_buf(true, false)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, text)
  vim.api.nvim_buf_set_name(buffer, vim.fn.tempname() .. "." .. kind)
  vim.api.nvim_buf_set_option(buffer, "filetype", kind)
  return buffer
end

local function diagnostics(buffer, count)
  vim.wait(15000, function()
    return #vim.diagnostic.get(buffer) == count
  end, 20)
  return vim.tbl_map(function(one)
    return {
      text = vim.api.nvim_buf_get_text(buffer, one.lnum, one.col, one.end_lnum, one.end_col, {})[1],
      message = one.message,
      severity = one.severity,
      source = one.source,
      code = one.code,
    }
  end, vim.diagnostic.get(buffer))
end

local log = open(document, "log")
local id = vim.lsp.start_client({
  cmd = vim.list_extend(vim.json.decode(vim.env.KB_TEST_COMMAND), { "lsp" }),
  root_dir = vim.fn.getcwd(),
})
vim.lsp.buf_attach_client(log, id)
results.opened = diagnostics(log, 1)

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(log, method, params, 15000)
  return answers and answers[id] and answers[id].result
end

local here = { textDocument = vim.lsp.util.make_text_document_params(log), position = { line = #document - 1, character = 20 } }
results.hover = request("textDocument/hover", here)
results.nothing = request("textDocument/hover", vim.tbl_extend("force", here, { position = { line = 0, character = 0 } })) or vim.NIL
results.actions = request("textDocument/codeAction", {
  textDocument = here.textDocument,
  range = { start = here.position, ["end"] = here.position },
  context = { diagnostics = {} },
})
results.shown = request("workspace/executeCommand", results.actions[1].command)
results.unknown = request("workspace/executeCommand", { command = "kb.showEntry", arguments = { "tea/nothing" } }) or vim.NIL

vim.api.nvim_buf_set_lines(log, #document - 1, #document, false, { "all is well" })
results.changed = diagnostics(log, 0)
vim.api.nvim_buf_set_lines(log, 0, -1, false, vim.json.decode(vim.env.KB_TEST_OTHER))
results.again = diagnostics(log, 1)

local source = open(lines, "python")
vim.lsp.buf_attach_client(source, id)
vim.wait(1000)
results.source = vim.diagnostic.get(source)

vim.lsp.stop_client(id)
io.stdout:write(vim.json.encode(results) .. "\n")
vim.cmd("qa!")
