// Quick search: one key, type or paste, results as you type, Enter opens the entry beside the code.
import * as vscode from "vscode";
import type { Client } from "./client";
import { Latest } from "./latest";
import { pasteBehind, rowsFor, type Row } from "./search";
import { oneLine } from "./text";
import { inWords } from "./trouble";

const PAUSE_MS = 120;
/** From this length on, what was typed may have been pasted. */
const PASTE = 40;

type Item = vscode.QuickPickItem & { readonly row?: Row };

/** @param failed hears of trouble; the list says it as well */
export function quickSearch(client: () => Client, open: (row: Row) => void, failed: (problem: unknown) => void): void {
  const pick = vscode.window.createQuickPick<Item>();
  pick.placeholder = "Type an error's words, or paste a traceback";
  pick.title = "tracekb";
  // The knowledge base ranks; the editor must not sort by how labels match. Not in the stable types, but long honoured.
  (pick as { sortByLabel?: boolean }).sortByLabel = false;
  const ask = async (typed: string): Promise<readonly Row[]> => {
    const question = typed.length < PASTE ? typed : pasteBehind(typed, await vscode.env.clipboard.readText());
    return rowsFor(client(), question);
  };
  const show = (rows: readonly Row[]): void => {
    pick.busy = false;
    pick.items = rows.map((row) => ({ label: row.label, description: row.description, alwaysShow: true, row }));
  };
  const latest = new Latest(PAUSE_MS, ask, show, (problem) => {
    failed(problem);
    show([{ label: oneLine(inWords(problem)), description: "" }]);
  });
  pick.onDidChangeValue((typed) => {
    pick.busy = typed.trim() !== "";
    latest.type(typed);
  });
  pick.onDidAccept(() => {
    const row = pick.selectedItems[0]?.row;
    if (!row?.id) return;
    pick.hide();
    open(row);
  });
  pick.onDidHide(() => {
    latest.cancel();
    pick.dispose();
  });
  pick.show();
}
