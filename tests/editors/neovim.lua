-- Does in a Neovim what a user does, with the functions that its keys call:
--
--     nvim --headless -n -i NONE -u INIT policy.hujson -S neovim.lua
--
-- Writes the file, and what it has seen as JSON into seen.json. Neovim 0.7 and 0.11 can run it.
local LIMIT = 60000
local seen = {}

local function fail(what)
  io.stderr:write(what .. '\n')
  vim.cmd('cquit 1')
end

local function wait(what, condition)
  if not vim.wait(LIMIT, condition, 20) then
    fail('timed out: ' .. what .. '\n' .. table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n'))
  end
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
end

-- Puts the cursor on the start of a part of the text.
local function go_to(part)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local start = line:find(part, 1, true)
    if start then
      vim.api.nvim_win_set_cursor(0, { number, start - 1 })
      return
    end
  end
  fail('not in the text: ' .. part)
end

local function ask(method)
  local position = vim.lsp.util.make_position_params(0, 'utf-16')
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, position, LIMIT) or {}) do
    return answer.result
  end
  fail('no answer: ' .. method)
end

-- There is nobody who could choose.
vim.ui.select = function(items, options, choose)
  seen.action = options.format_item and options.format_item(items[1]) or tostring(items[1])
  choose(items[1], 1)
end

wait('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
local finding = vim.diagnostic.get(0)[1]
seen.finding = finding.message
seen.code = finding.code or vim.tbl_get(finding, 'user_data', 'lsp', 'code')

go_to('tag:bd')
vim.lsp.buf.code_action()
wait('the fix', function() return not text():find('tag:bd', 1, true) end)
wait('no diagnostics', function() return #vim.diagnostic.get(0) == 0 end)

go_to('group:eng')
seen.hover = ask('textDocument/hover').contents.value

go_to('tag:web:443')
local completion = ask('textDocument/completion')
seen.completion = vim.tbl_map(function(item) return item.label end, completion.items or completion)

local function definition()
  local found = ask('textDocument/definition')
  return (found[1] or found).range.start.line
end
seen.definition = vim.api.nvim_buf_get_lines(0, definition(), definition() + 1, true)[1]

vim.lsp.buf.rename('tag:wiki')
wait('the rename', function() return text():find('tag:wiki:443', 1, true) end)

if vim.lsp.buf.format then
  vim.lsp.buf.format({ timeout_ms = LIMIT })
else
  vim.lsp.buf.formatting_sync(nil, LIMIT)
end
vim.cmd('write')

local out = assert(io.open('seen.json', 'w'))
local encode = vim.json and vim.json.encode or vim.fn.json_encode
out:write(encode(seen))
out:close()
vim.cmd('qall!')
