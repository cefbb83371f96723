-- The traceback knowledge base in Neovim: `:Kb` looks up what is selected, `:KbSearch` searches by words.
local client = require("kb.client")
local text = require("kb.text")
local window = require("kb.window")

local M = {}

local config = {
  command = { "kb" }, -- what answers: kept running as `kb serve --stdio`, offline
  url = nil, -- or a server, such as "http://127.0.0.1:8765"; then pastes are sent there
  limit = 5,
}

-- Of a buffer as long as a log the end is read: there stands what ended the program.
local MOST_LINES = 5000

local function complain(reason)
  local line = tostring(reason):gsub("%s+", " "):gsub("^kb: ", "") -- the command says its name, too
  vim.api.nvim_echo({ { "kb: " .. line, "WarningMsg" } }, true, {})
end

--- Settings; without a call the defaults hold.
function M.setup(given)
  config = vim.tbl_extend("force", config, given or {})
  if type(config.command) == "string" then
    config.command = { config.command }
  end
  client.stop()
end

local function ask(request, callback)
  client.ask(config, request, vim.schedule_wrap(function(answer, problem)
    if not answer then
      return complain(problem)
    end
    callback(answer)
  end))
end

local function selection()
  local first, last = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  local lines = vim.api.nvim_buf_get_lines(0, first[2] - 1, last[2], false)
  if vim.fn.visualmode() == "v" and #lines > 0 then
    lines[#lines] = lines[#lines]:sub(1, last[3])
    lines[1] = lines[1]:sub(first[3])
  end
  return lines
end

local function quickfix_lines()
  local list = vim.fn.getwininfo(vim.api.nvim_get_current_win())[1]
  local items = list.loclist == 1 and vim.fn.getloclist(0) or vim.fn.getqflist()
  return vim.tbl_map(function(item)
    return item.text
  end, items)
end

local function lines_of(call)
  if call.range == 2 then
    local first, last = vim.fn.getpos("'<"), vim.fn.getpos("'>")
    if first[2] == call.line1 and last[2] == call.line2 then
      return selection()
    end
  end
  if call.range > 0 then
    return vim.api.nvim_buf_get_lines(0, call.line1 - 1, call.line2, false)
  end
  if vim.bo.buftype == "quickfix" then
    return quickfix_lines()
  end
  local count = vim.api.nvim_buf_line_count(0)
  return vim.api.nvim_buf_get_lines(0, math.max(0, count - MOST_LINES), count, false)
end

local function show_answer(answer)
  window.show(text.answer(answer), "answer")
end

--- `:Kb`: the range or selection, else the quickfix list where the cursor is in it, else the buffer (a terminal, too).
function M.look_up(call)
  local lines = lines_of(call or { range = 0 })
  ask({ op = "lookup", text = table.concat(lines, "\n"), limit = config.limit }, function(body)
    local answers = vim.list_extend({ body }, body.also or {})
    answers = vim.tbl_filter(function(answer)
      return answer.verdict ~= "none"
    end, answers)
    if #answers == 0 then
      return complain("nothing known about: " .. text.error_of(body))
    end
    if #answers == 1 then
      return show_answer(answers[1])
    end
    vim.ui.select(answers, { prompt = "Errors found", format_item = text.error_of }, function(chosen)
      if chosen then
        show_answer(chosen)
      end
    end)
  end)
end

--- `:KbShow`: an entry by its id.
function M.show(id)
  ask({ op = "entry", entry = id }, function(answer)
    window.show(text.entry(answer.entry), id)
  end)
end

--- `:KbSearch`: entries by words; asks for them where none are given.
function M.search(words)
  if not words or words == "" then
    return vim.ui.input({ prompt = "Search errors: " }, function(typed)
      if typed and typed ~= "" then
        M.search(typed)
      end
    end)
  end
  ask({ op = "search", q = words, limit = 30 }, function(page)
    if #page.items == 0 then
      return complain("no entry holds " .. words)
    end
    local function shown(item)
      return item.title .. "  " .. item.id
    end
    vim.ui.select(page.items, { prompt = "Errors", format_item = shown }, function(chosen)
      if chosen then
        M.show(chosen.id)
      end
    end)
  end)
end

--- Ids of entries that begin so, for the command line; waits half a second at most.
function M.complete(lead)
  local found
  client.ask(config, { op = "suggest", q = lead:gsub("[/-]", " "), limit = 20 }, function(answer)
    found = answer and answer.items or {}
  end)
  vim.wait(500, function()
    return found ~= nil
  end, 10)
  return vim.tbl_map(function(item)
    return item.id
  end, found or {})
end

return M
