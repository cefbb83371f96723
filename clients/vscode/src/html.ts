// The document of the panel. Its policy lets nothing in but our own style sheet and our own script.
import { escape } from "./markdown";

export interface Parts {
  readonly title: string;
  readonly html: string;
  readonly style: string;
  readonly script: string;
  /** The source the editor serves an extension's files from. */
  readonly source: string;
  readonly nonce: string;
}

export function documentOf({ title, html, style, script, source, nonce }: Parts): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy).replaceAll("&#39;", "'")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${escape(style)}">
</head>
<body>
${html}
<p id="said" role="status"></p>
<script nonce="${escape(nonce)}" src="${escape(script)}"></script>
</body>
</html>`;
}
