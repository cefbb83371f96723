-- Answers as lines of Markdown. What comes from a paste or an article is data: it is shown, never run.
local M = {}

local verdicts = {
  match = "Found it",
  related = "Not sure: these come near",
  none = "Nothing known about this error",
}

local function add(lines, text)
  -- A buffer's line holds no line break, and no other control character belongs on the screen.
  for _, line in ipairs(vim.split(text or "", "\n", { plain = true })) do
    table.insert(lines, (line:gsub("%c", " ")))
  end
end

-- Articles break lines at a width that isn't the window's: paragraphs and items become one line each, which the window
-- wraps. Tables, quotations and code stay. Links to other entries, paths on a server, become the command that shows them.
local function prose(text)
  local joined, fenced = {}, false
  for _, line in ipairs(vim.split(text or "", "\n", { plain = true })) do
    local last = joined[#joined]
    local fence = line:find("^%s*```") ~= nil
    local begins = fenced or fence or line:find("^%s*$") or line:find("^%s*[-*+|>#]") or line:find("^%s*%d+[.)] ")
    if last and not begins and last ~= "" and not last:find("^%s*[|>#]") and not last:find("^%s*```") then
      joined[#joined] = last .. " " .. vim.trim(line)
    else
      table.insert(joined, line)
    end
    fenced = fenced ~= fence
  end
  local whole = table.concat(joined, "\n")
  return (whole:gsub("%[([^%[%]]+)%]%(/e/([%w_.-]+/[%w_.-]+)%)", "%1 (:KbShow %2)"))
end

local function add_code(lines, code)
  local fence = "```"
  while code:find(fence, 1, true) do
    fence = fence .. "`"
  end
  add(lines, fence .. "python")
  add(lines, (code:gsub("%s+$", "")))
  add(lines, fence)
end

local function proof(fix)
  local run = fix.verified and fix.verified[#fix.verified]
  if not run then
    return nil
  end
  local packages = {}
  for name, version in pairs(run.packages or {}) do
    table.insert(packages, name .. " " .. version)
  end
  table.sort(packages)
  table.insert(packages, 1, "Python " .. run.python)
  return "Proven on " .. table.concat(packages, ", ") .. ", " .. run.date .. "."
end

local function add_fix(lines, fix)
  add(lines, "### Fix: " .. fix.title)
  add(lines, prose(fix.text))
  for _, code in ipairs(fix.code or {}) do
    add(lines, "")
    add_code(lines, code)
  end
  local said = proof(fix)
  if said then
    add(lines, "")
    add(lines, said)
  end
  add(lines, "")
end

local function fixes_of(entry, cause)
  return vim.tbl_filter(function(fix)
    return fix.cause == cause
  end, entry.fixes or {})
end

--- The lines of an entry: likely causes first, each with its check and its fixes.
function M.entry(entry)
  local lines = {}
  add(lines, "# " .. entry.title)
  add(lines, entry.id)
  add(lines, "")
  add(lines, prose(entry.summary))
  add(lines, "")
  for _, fix in ipairs(fixes_of(entry, nil)) do
    add_fix(lines, fix)
  end
  for _, cause in ipairs(entry.causes or {}) do
    add(lines, "## Cause: " .. cause.title)
    if cause.likely and cause.why and cause.why ~= "" then
      add(lines, "Likely here: " .. cause.why)
    end
    add(lines, prose(cause.text))
    if cause.check and cause.check ~= "" then
      add(lines, "")
      add(lines, prose("Check: " .. cause.check))
    end
    add(lines, "")
    for _, fix in ipairs(fixes_of(entry, cause.id)) do
      add_fix(lines, fix)
    end
  end
  for _, avoid in ipairs(entry.avoid or {}) do
    add(lines, "### Avoid: " .. avoid.title)
    add(lines, prose(avoid.text))
    add(lines, "")
  end
  for _, reference in ipairs(entry.references or {}) do
    add(lines, "- " .. reference)
  end
  return lines
end

--- The error that an answer is about, in one line.
function M.error_of(answer)
  local read = answer.read or {}
  local one = read.explained and (read.exceptions or {})[read.explained + 1]
  if not one then
    return "no error found"
  end
  local parts = vim.tbl_filter(function(part)
    return part and part ~= ""
  end, { one.type, one.message })
  return (table.concat(parts, ": "):gsub("%s+", " "):sub(1, 200))
end

--- The lines of an answer: what was read, how sure it is, then the entry, or the near ones with their checks.
function M.answer(answer)
  local lines = {}
  add(lines, verdicts[answer.verdict] .. ": " .. M.error_of(answer))
  add(lines, "")
  if answer.verdict == "match" then
    vim.list_extend(lines, M.entry(answer.matches[1]))
    return lines
  end
  for _, match in ipairs(answer.matches or {}) do
    add(lines, "- " .. match.title .. "  (:KbShow " .. match.id .. ")")
    for _, cause in ipairs(match.causes or {}) do
      if cause.check and cause.check ~= "" then
        add(lines, "  - " .. cause.check:gsub("%s+", " "))
      end
    end
  end
  return lines
end

return M
