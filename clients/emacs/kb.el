;;; kb.el --- Python tracebacks and their fixes  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: tools, python
;; License: MIT

;;; Commentary:

;; `kb-lookup' looks up the error in the region, in a compilation or shell
;; buffer, or in any other buffer, and shows the fix in another window.
;; `kb-search' searches what is known by words.
;;
;; What answers is the command `kb', kept as a child (`kb serve --stdio') from
;; the first question on; nothing is sent anywhere.  Only where `kb-url' is set
;; is that server asked.  Answers are shown as text: nothing in them is run.

;;; Code:

(require 'json)
(require 'subr-x)
(require 'url)

(defgroup kb nil
  "Python tracebacks and their fixes."
  :group 'tools
  :prefix "kb-")

(defcustom kb-command '("kb")
  "The command that answers, with its first arguments."
  :type '(repeat string))

(defcustom kb-url nil
  "A server to ask instead of `kb-command', such as \"http://127.0.0.1:8765\".
What you look up is sent there."
  :type '(choice (const :tag "None: the command answers" nil) string))

(defcustom kb-limit 5
  "The most entries that come near and are shown."
  :type 'integer)

(defcustom kb-timeout 15
  "Seconds to wait for an answer; the first one may fill the knowledge base."
  :type 'number)

(put 'kb-command 'risky-local-variable t)
(put 'kb-url 'risky-local-variable t)

(defconst kb--most-characters 400000
  "Characters read of a buffer, from its end: there stands what ended it.")

;;; Asking

(defvar kb--child nil "The process `kb serve --stdio', where one runs.")
(defvar kb--answer nil "The last line that the child answered.")
(defvar kb--number 0 "The number of the last request.")

(defun kb--parse (text)
  "The JSON TEXT as alists and lists, with nil for null and false."
  (json-parse-string text :object-type 'alist :array-type 'list :null-object nil :false-object nil))

(defun kb--filter (process output)
  "Keep a whole line of OUTPUT of PROCESS as the answer."
  (let ((waiting (concat (process-get process 'waiting) output)))
    (while (string-match "\n" waiting)
      (setq kb--answer (substring waiting 0 (match-beginning 0))
            waiting (substring waiting (match-end 0))))
    (process-put process 'waiting waiting)))

(defun kb--start ()
  "The running child, started where there is none."
  (unless (process-live-p kb--child)
    (unless (executable-find (car kb-command))
      (user-error "kb: can't find %s; set `kb-command'" (car kb-command)))
    (let ((errors (generate-new-buffer " *kb-errors*")))
      (setq kb--child
            (condition-case problem
                (make-process :name "kb" :command (append kb-command '("serve" "--stdio"))
                              :connection-type 'pipe :coding 'utf-8-unix :noquery t
                              :filter #'kb--filter :sentinel #'ignore
                              :stderr (make-pipe-process :name "kb-errors" :buffer errors :noquery t
                                                         :sentinel #'ignore))
              (file-error
               (kill-buffer errors)
               (user-error "kb: can't start %s; set `kb-command' (%s)"
                           (car kb-command) (error-message-string problem)))))
      (process-put kb--child 'errors errors)))
  kb--child)

(defun kb--ask-child (request)
  "The answer of the child to REQUEST, an alist."
  (let ((child (kb--start))
        (deadline (+ (float-time) kb-timeout))
        (number (setq kb--number (1+ kb--number)))
        answer)
    (setq kb--answer nil)
    (condition-case nil
        (process-send-string child (concat (json-serialize (cons (cons 'id number) request)) "\n"))
      (error (user-error "kb: %s" (kb--last-words child))))
    (while (not answer)
      (unless (accept-process-output child 0.05)
        (when (> (float-time) deadline)
          (kb-stop)
          (user-error "kb: no answer within %s seconds" kb-timeout)))
      (cond
       (kb--answer
        (let ((parsed (kb--parse kb--answer)))
          (setq kb--answer nil)
          ;; An answer to a question that was given up on is left out.
          (when (eql (alist-get 'id parsed) number)
            (setq answer parsed))))
       ((not (process-live-p child))
        (user-error "kb: %s" (kb--last-words child)))))
    (when-let ((problem (alist-get 'error answer)))
      (user-error "kb: %s" (kb--one-line (alist-get 'message problem))))
    answer))

(defun kb--last-words (child)
  "What CHILD wrote about why it ended, on one line."
  (accept-process-output nil 0.1)
  (let ((said (with-current-buffer (process-get child 'errors) (buffer-string))))
    (if (string-blank-p said)
        (format "it ended with status %s" (process-exit-status child))
      (string-remove-prefix "kb: " (kb--one-line said)))))

(defun kb--ask-server (request)
  "The answer of the server at `kb-url' to REQUEST, an alist."
  (let* ((operation (alist-get 'op request))
         (lookup (equal operation "lookup"))
         (path (pcase operation
                 ("lookup" "/api/v1/lookup")
                 ("entry" (concat "/api/v1/entries/" (url-encode-url (alist-get 'entry request))))
                 (_ (format "/api/v1/%s?limit=%d&q=%s" operation (alist-get 'limit request)
                            (url-hexify-string (alist-get 'q request))))))
         (url-request-method (if lookup "POST" "GET"))
         (url-request-extra-headers (and lookup '(("Content-Type" . "application/json"))))
         (url-request-data (and lookup
                                (encode-coding-string
                                 (json-serialize `((text . ,(alist-get 'text request))
                                                   (limit . ,(alist-get 'limit request))))
                                 'utf-8)))
         (buffer (condition-case problem
                     (url-retrieve-synchronously (concat (string-remove-suffix "/" kb-url) path)
                                                 t t kb-timeout)
                   (error (user-error "kb: %s doesn't answer (%s)" kb-url
                                      (error-message-string problem))))))
    (unless buffer
      (user-error "kb: %s doesn't answer" kb-url))
    (unwind-protect
        (with-current-buffer buffer
          (goto-char (point-min))
          (unless (re-search-forward "\r?\n\r?\n" nil t)
            (user-error "kb: %s doesn't answer" kb-url))
          (let ((body (condition-case nil
                          (kb--parse (decode-coding-string
                                      (buffer-substring-no-properties (point) (point-max)) 'utf-8))
                        (error (user-error "kb: %s answers no JSON" kb-url)))))
            (when-let ((detail (and (alist-get 'status body) (alist-get 'detail body))))
              (user-error "kb: %s" (kb--one-line detail)))
            (if (equal operation "entry") `((entry . ,body)) body)))
      (kill-buffer buffer))))

(defun kb--ask (&rest request)
  "The answer to REQUEST, a property list."
  (let (pairs)
    (while request
      (push (cons (intern (substring (symbol-name (pop request)) 1)) (pop request)) pairs))
    (if kb-url (kb--ask-server pairs) (kb--ask-child pairs))))

(defun kb-stop ()
  "End the child that answers."
  (interactive)
  (when (process-live-p kb--child)
    (delete-process kb--child))
  (setq kb--child nil))

;;; Showing

(define-derived-mode kb-mode special-mode "kb"
  "Answers of the traceback knowledge base."
  (setq-local word-wrap t)
  (setq truncate-lines nil))

(defun kb--one-line (text)
  "TEXT on one line."
  (string-trim (replace-regexp-in-string "[[:space:]\n]+" " " (or text ""))))

(defun kb--plain (text)
  "TEXT without control characters but line breaks, and without properties."
  (replace-regexp-in-string "[^\n\t[:print:]]" " " (substring-no-properties (or text ""))))

(defun kb--prose (text)
  "TEXT with each paragraph and item on one line, which the window wraps.
Tables, quotations and code stay.  Links to other entries, which are paths on
a server, name the entry."
  (let (joined fenced)
    (dolist (line (split-string (or text "") "\n"))
      (let ((fence (string-match-p "\\`[ \t]*```" line)))
        (if (or fenced fence (not joined) (string-empty-p (car joined))
                (string-match-p "\\`[ \t]*\\(?:\\'\\|[-*+|>#]\\|[0-9]+[.)] \\)" line)
                (string-match-p "\\`[ \t]*\\(?:[|>#]\\|```\\)" (car joined)))
            (push line joined)
          (setcar joined (concat (car joined) " " (string-trim line))))
        (when fence
          (setq fenced (not fenced)))))
    (replace-regexp-in-string "\\[\\([^][]+\\)\\](/e/\\([[:alnum:]_.-]+/[[:alnum:]_.-]+\\))"
                              "\\1 (\\2)" (mapconcat #'identity (nreverse joined) "\n"))))

(defun kb--insert (text &optional face)
  "Insert TEXT and a line break, in FACE."
  (insert (propertize (kb--plain text) 'face face) "\n"))

(defun kb--insert-fix (fix)
  "Insert FIX: when it is right, its code, its proof."
  (kb--insert (concat "Fix: " (alist-get 'title fix)) 'success)
  (kb--insert (kb--prose (alist-get 'text fix)))
  (dolist (code (alist-get 'code fix))
    (insert "\n")
    (dolist (line (split-string (string-trim-right code) "\n"))
      (kb--insert (concat "    " line) 'font-lock-constant-face)))
  (when-let ((run (car (last (alist-get 'verified fix)))))
    (kb--insert (format "Proven on Python %s%s, %s." (alist-get 'python run)
                        (mapconcat (lambda (package) (format ", %s %s" (car package) (cdr package)))
                                   (alist-get 'packages run) "")
                        (alist-get 'date run))
                'shadow))
  (insert "\n"))

(defun kb--insert-entry (entry)
  "Insert ENTRY: each cause, how to tell that it is this one, and what to do."
  (kb--insert (alist-get 'title entry) 'bold)
  (kb--insert (alist-get 'id entry) 'shadow)
  (insert "\n")
  (kb--insert (kb--prose (alist-get 'summary entry)))
  (insert "\n")
  (let ((fixes (alist-get 'fixes entry)))
    (dolist (fix fixes)
      (unless (alist-get 'cause fix)
        (kb--insert-fix fix)))
    (dolist (cause (alist-get 'causes entry))
      (kb--insert (concat "Cause: " (alist-get 'title cause)) 'font-lock-keyword-face)
      (when (alist-get 'likely cause)
        (kb--insert (concat "Likely here: " (alist-get 'why cause)) 'success))
      (kb--insert (kb--prose (alist-get 'text cause)))
      (unless (string-empty-p (or (alist-get 'check cause) ""))
        (kb--insert (kb--prose (concat "Check: " (alist-get 'check cause))) 'italic))
      (insert "\n")
      (dolist (fix fixes)
        (when (equal (alist-get 'cause fix) (alist-get 'id cause))
          (kb--insert-fix fix)))))
  (dolist (avoid (alist-get 'avoid entry))
    (kb--insert (concat "Avoid: " (alist-get 'title avoid)) 'warning)
    (kb--insert (kb--prose (alist-get 'text avoid)))
    (insert "\n"))
  (dolist (reference (alist-get 'references entry))
    (kb--insert reference 'shadow)))

(defun kb--error-of (answer)
  "The error that ANSWER is about, on one line."
  (let* ((read (alist-get 'read answer))
         (place (alist-get 'explained read))
         (one (and place (nth place (alist-get 'exceptions read)))))
    (if one
        (truncate-string-to-width
         (kb--one-line (mapconcat #'identity
                                  (seq-remove (lambda (part) (string-empty-p (or part "")))
                                              (list (alist-get 'type one) (alist-get 'message one)))
                                  ": "))
         200)
      "no error found")))

(defun kb--insert-answer (answer)
  "Insert ANSWER: the error, then the entry, or those that come near."
  (let ((sure (equal (alist-get 'verdict answer) "match"))
        (matches (alist-get 'matches answer)))
    (kb--insert (concat (if sure "Found it: " "Not sure, these come near: ") (kb--error-of answer))
                (if sure 'success 'warning))
    (insert "\n")
    (if sure
        (kb--insert-entry (car matches))
      (dolist (match matches)
        (insert-text-button (kb--plain (alist-get 'title match))
                            'action (lambda (_) (kb-show (alist-get 'id match))) 'follow-link t)
        (insert "  " (kb--plain (alist-get 'id match)) "\n")
        (dolist (cause (alist-get 'causes match))
          (unless (string-empty-p (or (alist-get 'check cause) ""))
            (kb--insert (concat "  - " (kb--one-line (alist-get 'check cause))))))
        (insert "\n")))))

(defun kb--show (insert)
  "Call INSERT in the buffer of answers and show it in another window."
  (let ((buffer (get-buffer-create "*kb*")))
    (with-current-buffer buffer
      (kb-mode)
      (let ((inhibit-read-only t))
        (erase-buffer)
        (funcall insert)
        (goto-char (point-min))))
    (display-buffer buffer)))

;;; Commands

;;;###autoload
(defun kb-lookup (start end)
  "Look up the error between START and END, by default in the region.
Without a region the end of the buffer is read: of a log, a shell, or the
output of a compilation."
  (interactive (if (use-region-p)
                   (list (region-beginning) (region-end))
                 (list (max (point-min) (- (point-max) kb--most-characters)) (point-max))))
  (let* ((text (buffer-substring-no-properties start end))
         (body (kb--ask :op "lookup" :text text :limit kb-limit))
         (answers (seq-remove (lambda (answer) (equal (alist-get 'verdict answer) "none"))
                              (cons body (alist-get 'also body)))))
    (if (not answers)
        (message "kb: nothing known about: %s" (kb--error-of body))
      (kb--show (lambda ()
                  (dolist (answer answers)
                    (kb--insert-answer answer)
                    (insert "\n")))))))

;;;###autoload
(defun kb-show (id)
  "Show the entry ID."
  (interactive "sEntry: ")
  (let ((entry (alist-get 'entry (kb--ask :op "entry" :entry id))))
    (kb--show (lambda () (kb--insert-entry entry)))))

;;;###autoload
(defun kb-search (words)
  "Search what is known by WORDS, choose an entry and show it."
  (interactive "sSearch errors: ")
  (let* ((items (alist-get 'items (kb--ask :op "search" :q words :limit 50)))
         (choices (mapcar (lambda (item)
                            (cons (concat (kb--one-line (alist-get 'title item)) "  "
                                          (alist-get 'id item))
                                  (alist-get 'id item)))
                          items)))
    (if (not choices)
        (message "kb: no entry holds %s" words)
      (kb-show (cdr (assoc (completing-read "Entry: " choices nil t) choices))))))

(with-eval-after-load 'compile
  (defvar compilation-mode-map)
  (define-key compilation-mode-map (kbd "C-c C-l") #'kb-lookup))

(provide 'kb)
;;; kb.el ends here
