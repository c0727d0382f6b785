;; Does in an Emacs what a user does:
;;
;;     emacs --batch -q -l INIT -l emacs.el
;;
;; Writes policy.hujson, and what it has seen as JSON into seen.json. Emacs 28 with eglot can run it.
(require 'eglot)
(require 'flymake)
(require 'json)

(defvar limit 60 "How many seconds a step may take on a busy machine.")
(defvar seen nil "An alist of what was seen.")

(defun until (what condition)
  "Waits for CONDITION, and ends with a message about WHAT if it does not come."
  (let ((end (+ (float-time) limit)) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) end)
        (message "timed out: %s\n%s" what (buffer-string))
        (kill-emacs 1))
      ;; Eglot waits until the user is idle, which a batch never is.
      (when (eglot-current-server) (eglot--signal-textDocument/didChange))
      (flymake-start)
      (accept-process-output nil 0.05))
    found))

(defun go-to (part)
  "Puts the cursor on the start of a PART of the text."
  (goto-char (point-min))
  (search-forward part)
  (goto-char (match-beginning 0)))

(defun has (part)
  "Returns whether the text has a PART."
  (save-excursion (goto-char (point-min)) (search-forward part nil t)))

(defun ask (method)
  "Returns the answer to a METHOD at the cursor."
  (jsonrpc-request (eglot-current-server) method (eglot--TextDocumentPositionParams)))

(setq eglot-sync-connect limit
      eglot-connect-timeout limit
      ;; Nobody could answer.
      eglot-confirm-server-initiated-edits nil)
(find-file "policy.hujson")
;; In batch mode, no command runs that the hook could follow.
(run-hooks 'post-command-hook)
(until "the server" #'eglot-current-server)
(flymake-mode 1)
(until "diagnostics" #'flymake-diagnostics)
(push (cons 'finding (substring-no-properties (flymake-diagnostic-text (car (flymake-diagnostics))))) seen)

(go-to "tag:bd")
(let ((action (car (append (eglot-code-actions (point) (+ (point) 6) "quickfix") nil))))
  (push (cons 'action (plist-get action :title)) seen)
  (eglot--apply-workspace-edit (plist-get action :edit)))
(until "the fix" (lambda () (not (has "tag:bd"))))
(until "no diagnostics" (lambda () (not (flymake-diagnostics))))

(go-to "group:eng")
(push (cons 'hover (plist-get (plist-get (ask :textDocument/hover) :contents) :value)) seen)

(go-to "tag:web:443")
(push (cons 'completion (mapcar (lambda (item) (plist-get item :label))
                                (let ((found (ask :textDocument/completion)))
                                  (append (if (vectorp found) found (plist-get found :items)) nil))))
      seen)
(save-excursion
  (xref-find-definitions (xref-backend-identifier-at-point (xref-find-backend)))
  (push (cons 'definition (buffer-substring-no-properties (line-beginning-position) (line-end-position))) seen))

(go-to "tag:web:443")
(eglot-rename "tag:wiki")
(until "the rename" (lambda () (has "tag:wiki:443")))
(eglot-format-buffer)
(save-buffer)
(with-temp-file "seen.json" (insert (json-encode seen)))
(kill-emacs 0)
