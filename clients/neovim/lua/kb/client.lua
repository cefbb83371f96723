-- Asks the knowledge base: one kept child `kb serve --stdio`, or a server by HTTP when a URL is set.
local M = {}

local child = { job = nil, buffered = "", waiting = {}, number = 0 }

local function fail_all(reason)
  local waiting = child.waiting
  child.waiting, child.job, child.buffered = {}, nil, ""
  for _, callback in pairs(waiting) do
    callback(nil, reason)
  end
end

local function take(line)
  local ok, answer = pcall(vim.json.decode, line, { luanil = { object = true, array = true } })
  if not ok or type(answer) ~= "table" then
    return
  end
  local callback = child.waiting[answer.id]
  child.waiting[answer.id] = nil
  if callback then
    if answer.error then
      callback(nil, answer.error.message)
    else
      callback(answer)
    end
  end
end

local function start(command)
  local said = {}
  local job = vim.fn.jobstart(command, {
    on_stdout = function(_, chunks)
      -- The first chunk goes on with the line that the last one began.
      child.buffered = child.buffered .. chunks[1]
      for place = 2, #chunks do
        local line = child.buffered
        child.buffered = chunks[place]
        take(line)
      end
    end,
    on_stderr = function(_, chunks)
      vim.list_extend(said, chunks)
    end,
    on_exit = function(job, status)
      if child.job == job then
        local reason = vim.trim(table.concat(said, " "))
        fail_all(reason ~= "" and reason or ("kb ended with status " .. status))
      end
    end,
  })
  return job > 0 and job or nil
end

local function ask_child(config, request, callback)
  if not child.job then
    local ok, job = pcall(start, vim.list_extend(vim.deepcopy(config.command), { "serve", "--stdio" }))
    if not ok or not job then
      return callback(nil, "can't start " .. config.command[1] .. "; set `command` in require('kb').setup()")
    end
    child.job = job
  end
  child.number = child.number + 1
  request.id = child.number
  child.waiting[request.id] = callback
  local ok = pcall(vim.fn.chansend, child.job, vim.json.encode(request) .. "\n")
  if not ok then
    fail_all("kb is gone")
  end
end

local function encoded(text)
  return (text:gsub("[^%w%-._~]", function(character)
    return string.format("%%%02X", character:byte())
  end))
end

local routes = {
  lookup = function(request)
    return "/api/v1/lookup", vim.json.encode({ text = request.text, limit = request.limit })
  end,
  suggest = function(request)
    return "/api/v1/suggest?limit=" .. request.limit .. "&q=" .. encoded(request.q)
  end,
  search = function(request)
    return "/api/v1/search?limit=" .. request.limit .. "&q=" .. encoded(request.q)
  end,
  entry = function(request)
    return "/api/v1/entries/" .. encoded(request.entry):gsub("%%2F", "/")
  end,
}

local function ask_server(config, request, callback)
  local path, body = routes[request.op](request)
  local command = { "curl", "--silent", "--show-error", "--max-time", "10", config.url:gsub("/$", "") .. path }
  if body then
    vim.list_extend(command, { "--header", "content-type: application/json", "--data-binary", "@-" })
  end
  local out, said = {}, {}
  local function done(_, status)
    local ok, answer = pcall(vim.json.decode, table.concat(out, "\n"), { luanil = { object = true, array = true } })
    if status ~= 0 or not ok then
      return callback(nil, vim.trim(table.concat(said, " ")))
    end
    if answer.status and answer.title and answer.detail then
      return callback(nil, answer.detail) -- a problem, as RFC 9457 has it
    end
    callback(request.op == "entry" and { entry = answer } or answer)
  end
  local ok, job = pcall(vim.fn.jobstart, command, {
    stdout_buffered = true,
    stderr_buffered = true,
    on_stdout = function(_, chunks) out = chunks end,
    on_stderr = function(_, chunks) said = chunks end,
    on_exit = done,
  })
  if not ok or job <= 0 then
    return callback(nil, "curl is needed to ask a server")
  end
  if body then
    vim.fn.chansend(job, body)
  end
  vim.fn.chanclose(job, "stdin")
end

--- Asks, and calls back with the answer, or with nil and what is wrong, in one line.
function M.ask(config, request, callback)
  if config.url then
    ask_server(config, request, callback)
  else
    ask_child(config, request, callback)
  end
end

--- Ends the child.
function M.stop()
  if child.job then
    local job = child.job
    child.job = nil
    vim.fn.jobstop(job)
  end
end

return M
