/** The page's words for the components below it, and the switch between languages. */

import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";

import {
  type Catalog,
  type Language,
  LANGUAGES,
  preferredLanguage,
  speak,
  type Words,
  wordsFrom,
} from "../i18n";
import type en from "../words/en.json";

/** Words the shared components say themselves; every page's catalog includes them. */
export type KitCatalog = typeof en;

interface Speech {
  readonly words: Words<KitCatalog>;
  readonly choose: (language: Language) => void;
}

const SpeechContext = createContext<Speech | null>(null);

function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error("no Speaking above this component");
  return speech;
}

/** The words of this page; `C` is the page's own catalog type. */
export function useWords<C extends KitCatalog = KitCatalog>(): Words<C> {
  return useSpeech().words as unknown as Words<C>;
}

export interface SpeakingProps {
  /** Loads a catalog (the kit's keys included). Called once per language. */
  readonly load: (language: Language) => Promise<Catalog & KitCatalog>;
  readonly children: ComponentChildren;
}

/** Renders its children once the catalog of the reader's language is here. */
export function Speaking({ load, children }: SpeakingProps) {
  const [language, setLanguage] = useState<Language>(preferredLanguage);
  const [words, setWords] = useState<Words<KitCatalog> | null>(null);
  useEffect(() => {
    let current = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const fetchWords = () => {
      load(language).then(
        (catalog) => {
          if (!current) return;
          speak(language);
          setWords(() => wordsFrom(language, catalog));
        },
        () => {
          if (current) again = setTimeout(fetchWords, 2_000);
        },
      );
    };
    fetchWords();
    return () => {
      current = false;
      clearTimeout(again);
    };
  }, [language, load]);
  const speech = useMemo(
    () =>
      words === null
        ? null
        : {
            words,
            choose: (next: Language) => {
              speak(next, true);
              setLanguage(next);
            },
          },
    [words],
  );
  return speech === null ? null : <SpeechContext.Provider value={speech}>{children}</SpeechContext.Provider>;
}

const NATIVE: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** One button per other language, named in that language. */
export function LanguageSwitch() {
  const { words, choose } = useSpeech();
  return (
    <>
      {LANGUAGES.filter((language) => language !== words.language).map((language) => (
        <button key={language} type="button" class="button button-quiet" lang={language} onClick={() => choose(language)}>
          {NATIVE[language]}
        </button>
      ))}
    </>
  );
}
