-- The commands. Nothing is started or loaded before one of them is used.
if vim.g.loaded_kb then
  return
end
vim.g.loaded_kb = true

local function completion(lead)
  return require("kb").complete(lead)
end

vim.api.nvim_create_user_command("Kb", function(call)
  require("kb").look_up(call)
end, { range = true, bang = true, desc = "Look up the error in the range, the selection, the quickfix list or the buffer" })

vim.api.nvim_create_user_command("KbSearch", function(call)
  require("kb").search(call.args)
end, { nargs = "?", desc = "Search the errors that are known by words" })

vim.api.nvim_create_user_command("KbShow", function(call)
  require("kb").show(call.args)
end, { nargs = 1, complete = completion, desc = "Show an entry by its id" })
