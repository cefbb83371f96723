;;; emacs.el --- Tries kb.el and prints what a user would see, as one line of JSON  -*- lexical-binding: t; -*-
(require 'kb)
(require 'compile)

(setq kb-command (json-parse-string (getenv "KB_TEST_COMMAND") :array-type 'list)
      kb-url (getenv "KB_TEST_URL"))

(defvar test-said nil)
(advice-add 'message :before (lambda (format &rest values)
                               (when format (push (apply #'format format values) test-said))))

(defvar test-paste (json-parse-string (getenv "KB_TEST_PASTE")))

(defun test-shown (action)
  "What ACTION shows or says."
  (setq test-said nil)
  (when (get-buffer "*kb*") (kill-buffer "*kb*"))
  (condition-case problem
      (funcall action)
    (user-error (push (error-message-string problem) test-said)))
  `((said . ,(vconcat (reverse test-said)))
    (text . ,(if (get-buffer "*kb*") (with-current-buffer "*kb*" (buffer-string)) :null))
    (readonly . ,(if (get-buffer "*kb*") (buffer-local-value 'buffer-read-only (get-buffer "*kb*")) :null))))

(defun test-in (text action)
  "What ACTION shows or says in a buffer that holds TEXT."
  (with-temp-buffer
    (insert text)
    (test-shown action)))

(defun test-call () (call-interactively #'kb-lookup))

(let ((results
       `((buffer . ,(test-in test-paste #'test-call))
         (region . ,(with-temp-buffer
                      (insert "other: words\n" test-paste)
                      (transient-mark-mode 1)
                      (push-mark 14 t t)
                      (goto-char (point-max))
                      (test-shown #'test-call)))
         (compilation . ,(with-temp-buffer
                           (insert test-paste)
                           (compilation-mode)
                           (test-shown (lambda () (call-interactively (key-binding (kbd "C-c C-l")))))))
         (unknown . ,(test-in "OddError: nobody wrote about me\n" #'test-call))
         (hostile . ,(test-in (getenv "KB_TEST_HOSTILE") #'test-call))
         (search . ,(let ((completing-read-function (lambda (_prompt choices &rest _) (caar choices))))
                      (test-shown (lambda () (kb-search "kettle")))))
         (missing . ,(test-shown (lambda () (kb-show "tea/nothing"))))
         (broken . ,(progn
                      (kb-stop)
                      (setq kb-command '("/no/such/kb")
                            kb-url (and kb-url "http://127.0.0.1:9"))
                      (test-in test-paste #'test-call))))))
  (princ (json-serialize results :false-object nil))
  (terpri))
