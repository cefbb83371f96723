-- Runs in Neovim: tries the plugin and prints what a user would see, as one line of JSON; the test in Python judges it.
vim.opt.runtimepath:append(vim.env.KB_TEST_PLUGIN)
vim.cmd("runtime plugin/kb.lua")
local kb = require("kb")
kb.setup({
  command = vim.json.decode(vim.env.KB_TEST_COMMAND),
  url = vim.env.KB_TEST_URL,
})

local said = {}
vim.api.nvim_echo = function(chunks)
  table.insert(said, chunks[1][1])
end
local offered
vim.ui.select = function(items, options, callback)
  offered = vim.tbl_map(options.format_item, items)
  callback(items[#items])
end

local function fill(lines)
  vim.cmd("silent! %bwipeout!")
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
end

-- What the next window shows, or what is said instead.
local function shown(action)
  said, offered = {}, nil
  local before = #vim.api.nvim_list_wins()
  action()
  vim.wait(15000, function()
    return #vim.api.nvim_list_wins() > before or #said > 0
  end, 20)
  local result = { said = said, offered = offered }
  if #vim.api.nvim_list_wins() > before then
    result.lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
    result.modifiable = vim.bo.modifiable
    vim.api.nvim_feedkeys("q", "xt", false)
    result.closed = #vim.api.nvim_list_wins() == before
  end
  return result
end

local paste = vim.json.decode(vim.env.KB_TEST_PASTE)
local other = vim.json.decode(vim.env.KB_TEST_OTHER)
local results = {}

fill(paste)
results.buffer = shown(function() vim.cmd("Kb") end)

fill(vim.list_extend({ "unrelated: " }, paste))
results.range = shown(function() vim.cmd("2,5Kb") end)

fill(paste)
vim.cmd("normal! ggVG\27")
results.selection = shown(function() vim.cmd("'<,'>Kb") end)

fill(vim.list_extend(vim.deepcopy(paste), other))
results.several = shown(function() vim.cmd("Kb") end)

fill({})
vim.fn.setqflist({}, " ", { lines = paste, efm = "%m" })
vim.cmd("copen")
results.quickfix = shown(function() vim.cmd("Kb") end)
vim.cmd("cclose")

fill({ "OddError: nobody wrote about me" })
results.unknown = shown(function() vim.cmd("Kb") end)

results.search = shown(function() vim.cmd("KbSearch kettle") end)
results.show = shown(function() vim.cmd("KbShow tea/kettle") end)
results.missing = shown(function() vim.cmd("KbShow tea/nothing") end)
results.completion = kb.complete("tea/ket")

kb.setup({ command = { "/no/such/kb" }, url = vim.env.KB_TEST_URL and "http://127.0.0.1:9" })
fill(paste)
results.broken = shown(function() vim.cmd("Kb") end)

io.stdout:write(vim.json.encode(results) .. "\n")
vim.cmd("qa!")
