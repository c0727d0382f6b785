;;; Opens policy.hujson, which misspells a tag, fixes that, renames the tag, formats and saves.

(package-initialize)
(require 'eglot)
(require 'flymake)

(defun fail (&rest words)
  (princ (apply #'format words) #'external-debugging-output)
  (kill-emacs 1))

(defun wait (condition what)
  (let ((end (time-add nil 30)))
    (while (not (funcall condition))
      (when (time-less-p end nil) (fail "no %s: %S" what (flymake-diagnostics)))
      (flymake-start)
      (accept-process-output nil 0.05))))

(define-derived-mode hujson-mode js-mode "HuJSON")
(add-to-list 'eglot-server-programs `(hujson-mode . (,(getenv "POLICY") "lsp")))
(setq eglot-sync-connect 20
      eglot-confirm-server-initiated-edits nil
      make-backup-files nil)

(find-file "policy.hujson")
(hujson-mode)
(apply #'eglot (eglot--guess-contact))
(wait (lambda () (= 1 (length (flymake-diagnostics)))) "diagnostic")
(unless (string-match-p "undefined tag" (flymake-diagnostic-text (car (flymake-diagnostics))))
  (fail "wrong diagnostic: %S" (flymake-diagnostics)))

(goto-char (flymake-diagnostic-beg (car (flymake-diagnostics))))
(search-forward "tag:")
(let* ((server (eglot--current-server-or-lose))
       (actions (jsonrpc-request server :textDocument/codeAction
                                 (list :textDocument (eglot--TextDocumentIdentifier)
                                       :range (list :start (eglot--pos-to-lsp-position)
                                                    :end (eglot--pos-to-lsp-position))
                                       :context '(:diagnostics [])))))
  (eglot--apply-workspace-edit (plist-get (aref actions 0) :edit)))
;; A batch is never idle, which Eglot waits for.
(eglot--signal-textDocument/didChange)
(wait (lambda () (null (flymake-diagnostics))) "fix")
(goto-char (point-min))
(search-forward "tag:")
(eglot-rename "tag:database")
(eglot-format-buffer)
(save-buffer)
(kill-emacs 0)
