// The one place in the status bar: an offer, or one quiet line about what is wrong.
import * as vscode from "vscode";
import { oneLine } from "./text";
import { inWords } from "./trouble";

export class Status implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("tracekb.status", vscode.StatusBarAlignment.Left, -100);
  readonly #log = vscode.window.createOutputChannel("tracekb", { log: true });

  constructor() {
    this.#item.name = "tracekb";
  }

  /** Offers what `tracekb.showOffer` then shows. */
  offer(words: string, tooltip: string): void {
    this.#set(`$(lightbulb) ${oneLine(words, 80)}`, oneLine(tooltip, 300), "tracekb.showOffer", undefined);
    void vscode.commands.executeCommand("setContext", "tracekb.offers", true);
  }

  trouble(problem: unknown): void {
    const words = inWords(problem);
    this.#log.warn(words);
    this.#set(`$(warning) tracekb: ${oneLine(words, 100)}`, oneLine(words, 300), "tracekb.showLog", "statusBarItem.warningBackground");
  }

  clear(): void {
    this.#item.hide();
    void vscode.commands.executeCommand("setContext", "tracekb.offers", false);
  }

  showLog(): void {
    this.#log.show(true);
  }

  dispose(): void {
    this.#item.dispose();
    this.#log.dispose();
  }

  #set(text: string, tooltip: string, command: string, ground: string | undefined): void {
    this.#item.text = text;
    // A string, not Markdown: what stands in it is data.
    this.#item.tooltip = tooltip;
    this.#item.command = command;
    this.#item.backgroundColor = ground ? new vscode.ThemeColor(ground) : undefined;
    this.#item.show();
  }
}
