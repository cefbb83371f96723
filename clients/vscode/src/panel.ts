// The answer beside the code: one panel, reused.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { documentOf } from "./html";
import { indented } from "./insert";
import type { Shown } from "./render";
import { plain } from "./text";

export class Panel implements vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;
  #codes: readonly string[] = [];
  #editor = vscode.window.activeTextEditor;
  readonly #following: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly openEntry: (id: string) => void,
  ) {
    // A click into the panel takes the focus from the editor the code is meant for.
    this.#following = vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor) this.#editor = editor;
    });
  }

  show(shown: Shown): void {
    const media = vscode.Uri.joinPath(this.extension, "media");
    const panel = (this.#panel ??= this.#create(media));
    const { webview } = panel;
    this.#codes = shown.codes;
    panel.title = plain(shown.title, 60);
    webview.html = documentOf({
      title: panel.title,
      html: shown.html,
      style: webview.asWebviewUri(vscode.Uri.joinPath(media, "panel.css")).toString(),
      script: webview.asWebviewUri(vscode.Uri.joinPath(media, "panel.js")).toString(),
      source: webview.cspSource,
      nonce: randomBytes(16).toString("hex"),
    });
    panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#following.dispose();
    this.#panel?.dispose();
  }

  #create(media: vscode.Uri): vscode.WebviewPanel {
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("tracekb.answer", "tracekb", beside, {
      enableScripts: true,
      localResourceRoots: [media],
    });
    panel.onDidDispose(() => (this.#panel = undefined));
    panel.webview.onDidReceiveMessage((message: unknown) => this.#pressed(message));
    return panel;
  }

  async #pressed(message: unknown): Promise<void> {
    const { what, code, entry } = message as { what?: unknown; code?: unknown; entry?: unknown };
    if (what === "entry" && typeof entry === "string") return this.openEntry(entry);
    const text = typeof code === "number" ? this.#codes[code] : undefined;
    if (text === undefined) return;
    if (what === "copy") {
      await vscode.env.clipboard.writeText(text);
      this.#say("Copied");
    } else if (what === "insert") {
      this.#say((await this.#insert(text)) ? "Inserted" : "Open a file to insert it into");
    }
  }

  async #insert(code: string): Promise<boolean> {
    const last = this.#editor;
    if (!last || last.document.isClosed) return false;
    const editor = await vscode.window.showTextDocument(last.document, {
      viewColumn: last.viewColumn ?? vscode.ViewColumn.One,
      selection: last.selection,
    });
    const at = editor.selection.active;
    const before = editor.document.lineAt(at.line).text.slice(0, at.character);
    // A plain edit, no snippet: `$` in code stays a `$`. Nothing that is selected gets lost.
    return editor.edit((edit) => edit.insert(at, indented(code, before)));
  }

  #say(said: string): void {
    void this.#panel?.webview.postMessage({ said });
  }
}
