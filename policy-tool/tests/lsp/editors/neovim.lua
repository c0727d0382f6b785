-- Opens policy.hujson, which misspells a tag, fixes that, renames the tag, formats and saves.
-- Works in Neovim 0.7, which lacks most functions of later versions.

local function fail(what)
  io.stderr:write(what .. '\n')
  vim.cmd('cquit 1')
end

local program = vim.env.POLICY
vim.cmd('edit policy.hujson')
local client
if vim.lsp.config then
  -- As docs/editors.md says.
  vim.lsp.config('policy', { cmd = { program, 'lsp' }, filetypes = { 'hujson' }, root_markers = { '.git' } })
  vim.lsp.enable('policy')
  vim.bo.filetype = 'hujson'
else
  local id = vim.lsp.start_client({ name = 'policy', cmd = { program, 'lsp' }, root_dir = vim.fn.getcwd() })
  vim.wait(20000, function() return vim.lsp.get_client_by_id(id) ~= nil end, 20)
  vim.lsp.buf_attach_client(0, id)
end

local function count(expected)
  local met = vim.wait(20000, function() return #vim.diagnostic.get(0) == expected end, 20)
  if not met then fail('expected ' .. expected .. ' diagnostics: ' .. vim.inspect(vim.diagnostic.get(0))) end
end

local document = { uri = vim.uri_from_bufnr(0) }
local function request(method, params)
  params.textDocument = document
  for id, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do
    if answer.result then
      local encoding = vim.lsp.get_client_by_id(id).offset_encoding
      return answer.result, encoding
    end
  end
  fail('no answer to ' .. method)
end

count(1)
local found = vim.diagnostic.get(0)[1]
if found.code ~= 'undefined-tag' then fail('wrong code: ' .. vim.inspect(found)) end

local position = { line = found.lnum, character = found.col + 1 }
local range = { start = position, ['end'] = position }
local actions, encoding = request('textDocument/codeAction', { range = range, context = { diagnostics = {} } })
vim.lsp.util.apply_workspace_edit(actions[1].edit, encoding)
count(0)

local hover = request('textDocument/hover', { position = position })
if not hover.contents.value:find('Owners: `group:ops`', 1, true) then fail('wrong hover: ' .. vim.inspect(hover)) end

local edit
edit, encoding = request('textDocument/rename', { position = position, newName = 'tag:database' })
vim.lsp.util.apply_workspace_edit(edit, encoding)
if vim.lsp.buf.format then vim.lsp.buf.format() else vim.lsp.buf.formatting_sync(nil, 20000) end
vim.cmd('write')
vim.cmd('qall!')
