/** The words of the catalogue, in both languages; they come with whatever shows it, not with a page's first load. */

import { type Language, wordsFrom, type Words } from "../i18n";
import type { Card } from "./cards";
import en from "./en.json";
import es from "./es.json";

export type FixCatalog = typeof en;

const CATALOGS: Readonly<Record<Language, FixCatalog>> = { en, es };
const spoken: Partial<Record<Language, Words<FixCatalog>>> = {};

export function cardTitle(card: Card, language: Language): string {
  return wordsIn(language)(`fix.${card}.title`);
}

/** The steps of a card, in order. */
export function cardSteps(card: Card, language: Language): readonly string[] {
  const words = wordsIn(language);
  const steps: string[] = [];
  for (;;) {
    const step = words.code(`fix.${card}.${steps.length + 1}`, "");
    if (step === "") return steps;
    steps.push(step);
  }
}

function wordsIn(language: Language): Words<FixCatalog> {
  return (spoken[language] ??= wordsFrom(language, CATALOGS[language]));
}
