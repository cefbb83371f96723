-- The floating window that answers are shown in.
local M = {}

--- Shows lines of Markdown; `q` and Escape close the window.
function M.show(lines, title)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  for name, value in pairs({ buftype = "nofile", bufhidden = "wipe", modifiable = false, swapfile = false }) do
    vim.api.nvim_buf_set_option(buffer, name, value)
  end
  -- The syntax alone: a file type would run the reader's own plugins over text that isn't theirs.
  vim.api.nvim_buf_set_option(buffer, "syntax", "markdown")
  pcall(vim.api.nvim_buf_set_name, buffer, "kb://" .. buffer .. "/" .. title)
  local width = math.min(100, math.max(20, vim.o.columns - 4))
  local height = math.min(#lines + 1, math.max(5, vim.o.lines - 6))
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = "editor",
    style = "minimal",
    border = "rounded",
    width = width,
    height = height,
    row = math.floor((vim.o.lines - height) / 2) - 1,
    col = math.floor((vim.o.columns - width) / 2),
  })
  for name, value in pairs({ wrap = true, linebreak = true, conceallevel = 0, spell = false }) do
    vim.api.nvim_win_set_option(window, name, value)
  end
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.api.nvim_buf_set_keymap(buffer, "n", key, "<cmd>close<cr>", { nowait = true, noremap = true, silent = true })
  end
  return buffer, window
end

return M
