import type { Language, Words } from "../kit/i18n";
import { Refused } from "../kit/refusal";
import type { StaffCatalog } from "../kit/staff/words";
import { useWords } from "../kit/ui";
import type en from "./en.json";

export type SupportCatalog = StaffCatalog & typeof en;
export type T = Words<SupportCatalog>;

export function useT(): T {
  return useWords<SupportCatalog>();
}

export async function load(language: Language): Promise<SupportCatalog> {
  const parts =
    language === "es"
      ? [import("../kit/words/es.json"), import("../kit/staff/words/es.json"), import("./es.json")]
      : [import("../kit/words/en.json"), import("../kit/staff/words/en.json"), import("./en.json")];
  const loaded = await Promise.all(parts);
  return Object.assign({}, ...loaded.map((part) => part.default)) as SupportCatalog;
}

export function refusalSentence(error: unknown, t: T): string {
  if (!(error instanceof Refused)) return t("kit.unknown_error");
  if (error.code === "no_answer") return t("kit.no_answer");
  const state = String(error.detail["state"] ?? "");
  const holes = { state: t.code(`staff.state.${state}`, state) };
  return t.code(`staff.refused.${error.code}`, error.sentence === "" ? t("kit.unknown_error") : error.sentence, holes);
}
