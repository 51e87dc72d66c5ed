/** The steps of a card, numbered. */

import type { Language } from "../i18n";
import type { Card } from "./cards";
import { cardSteps } from "./words";

export function Steps({ card, language }: { readonly card: Card; readonly language: Language }) {
  return (
    <ol class="fix-steps">
      {cardSteps(card, language).map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}
