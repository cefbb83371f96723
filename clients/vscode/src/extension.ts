// Puts the parts together: commands, offers, and the client the settings name.
import * as vscode from "vscode";
import { clientFor, type Client } from "./client";
import type { Answer } from "./contract";
import { ExceptionTracker, TYPES } from "./debug";
import { offerFor, type Offer } from "./offers";
import { Panel } from "./panel";
import { quickSearch } from "./quicksearch";
import { renderAnswer, renderEntry } from "./render";
import type { Row } from "./search";
import { Status } from "./status";
import { watchTerminals } from "./terminal";
import { clip } from "./text";
import { Closed, Trouble } from "./trouble";

export function activate(context: vscode.ExtensionContext): void {
  const extension = new Extension(context.extensionUri);
  context.subscriptions.push(extension, ...extension.register());
}

class Extension implements vscode.Disposable {
  readonly #status = new Status();
  readonly #panel: Panel;
  #client: Client = this.#choose();
  #offer: Offer | undefined;
  /** Counts offers, so that a late answer doesn't take the place of a newer one. */
  #offers = 0;

  constructor(home: vscode.Uri) {
    this.#panel = new Panel(home, (id) => this.#do(() => this.#openEntry(id)));
  }

  register(): vscode.Disposable[] {
    const command = (name: string, act: () => Promise<void> | void): vscode.Disposable =>
      vscode.commands.registerCommand(`tracekb.${name}`, () => this.#do(act));
    return [
      command("quickSearch", () =>
        quickSearch(
          () => this.#client,
          (row) => this.#do(() => this.#openRow(row)),
          (problem) => this.#status.trouble(problem),
        ),
      ),
      command("lookupSelection", () => this.#lookup(selected(), "Select a traceback, or open a file that holds one.")),
      command("lookupClipboard", async () => this.#lookup(await vscode.env.clipboard.readText(), "The clipboard holds no text.")),
      command("lookupTerminalSelection", async () => this.#lookup(await terminalSelection(), "Nothing is selected in the terminal.")),
      command("showOffer", () => this.#showOffer()),
      command("showLog", () => this.#status.showLog()),
      watchTerminals(
        (text) => this.#do(() => this.#lookup(text, "")),
        (text, name) => this.#do(() => this.#offerFix(text, name)),
      ),
      ...TYPES.map((type) => vscode.debug.registerDebugAdapterTrackerFactory(type, { createDebugAdapterTracker: (session) => this.#track(session) })),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("tracekb.command") || change.affectsConfiguration("tracekb.serverUrl")) this.#rechoose();
      }),
    ];
  }

  dispose(): void {
    this.#client.dispose();
    this.#panel.dispose();
    this.#status.dispose();
  }

  async #lookup(text: string, nothing: string): Promise<void> {
    if (!text.trim()) throw new Trouble(nothing);
    // The first answer starts the command and may fill a new knowledge base: a spinner in the status bar says so.
    const waiting = { location: vscode.ProgressLocation.Window, title: "tracekb: looking up" };
    this.#showAnswer(await vscode.window.withProgress(waiting, () => this.#client.lookup(clip(text))));
  }

  #showAnswer(answer: Answer, chosen?: string): void {
    this.#panel.show(renderAnswer(answer, this.#client.pages, chosen));
    this.#withdraw();
  }

  async #openEntry(id: string): Promise<void> {
    this.#panel.show(renderEntry(await this.#client.entry(id), this.#client.pages));
    this.#withdraw();
  }

  async #openRow({ id, answer }: Row): Promise<void> {
    if (answer) this.#showAnswer(answer, id);
    else if (id) await this.#openEntry(id);
  }

  async #offerFix(text: string, name: string): Promise<void> {
    if (!settings().get<boolean>("offerOnFailure")) return;
    const number = ++this.#offers;
    const offer = await offerFor(this.#client, text, name);
    if (number !== this.#offers) return;
    this.#offer = offer;
    if (offer) this.#status.offer(offer.words, offer.tooltip);
    else this.#status.clear();
  }

  async #showOffer(): Promise<void> {
    const offer = this.#offer;
    if (!offer) return;
    this.#showAnswer(offer.answer ?? (await this.#client.lookup(offer.text)));
  }

  #withdraw(): void {
    this.#offers += 1;
    this.#offer = undefined;
    this.#status.clear();
  }

  #track(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return new ExceptionTracker(
      session,
      (text, name) => this.#do(() => this.#offerFix(text, name)),
      () => this.#withdraw(),
      (problem) => this.#status.trouble(problem),
    );
  }

  #choose(): Client {
    const { command, serverUrl } = { command: settings().get("command", "kb"), serverUrl: settings().get("serverUrl", "") };
    return clientFor({ command, serverUrl });
  }

  #rechoose(): void {
    this.#client.dispose();
    this.#client = this.#choose();
    this.#withdraw();
  }

  /** Whatever goes wrong becomes one quiet line. */
  async #do(act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (problem) {
      if (!(problem instanceof Closed)) this.#status.trouble(problem);
    }
  }
}

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("tracekb");
}

/** What is selected in the editor; all of its text where nothing is. */
function selected(): string {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return "";
  const pieces = editor.selections.filter((selection) => !selection.isEmpty).map((selection) => editor.document.getText(selection));
  return pieces.length ? pieces.join("\n") : editor.document.getText();
}

/** Editors tell extensions no terminal's selection; it goes through the clipboard, which gets back what it held. */
async function terminalSelection(): Promise<string> {
  const before = await vscode.env.clipboard.readText();
  await vscode.env.clipboard.writeText("");
  await vscode.commands.executeCommand("workbench.action.terminal.copySelection");
  const text = await vscode.env.clipboard.readText();
  await vscode.env.clipboard.writeText(before);
  return text;
}
