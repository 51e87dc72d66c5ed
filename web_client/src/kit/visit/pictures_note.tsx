/** No picture of the others: why, that it comes back, and the way to have it anyway. And the choice, in the settings. */

import type { ComponentChildren } from "preact";

import { Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { Radios } from "../ui/field";
import { useStore } from "../ui/use";
import { type Pictures, WISHES } from "./pictures";
import { useVisitWords } from "./words";

export function PicturesNote({ pictures, children }: {
  readonly pictures: Pictures;
  /** Further ways out, such as a call. */
  readonly children?: ComponentChildren;
}) {
  const t = useVisitWords();
  const rung = useStore(pictures.rung);
  const wish = useStore(pictures.wish);
  if (rung !== "none") return null;
  const own = wish === "never";
  return (
    <Banner
      tone={own ? "info" : "warn"}
      live="polite"
      actions={
        <>
          <Button onClick={() => pictures.choose(own ? "auto" : "always")}>{t(own ? "pictures.show" : "pictures.try")}</Button>
          {!own && children}
        </>
      }
    >
      {t(own ? "pictures.off" : "pictures.paused")}
    </Banner>
  );
}

/** Automatic, always or never. */
export function PicturesChoice({ pictures }: { readonly pictures: Pictures }) {
  const t = useVisitWords();
  const wish = useStore(pictures.wish);
  return (
    <Radios
      label={t("pictures.choice")}
      name="pictures"
      value={wish}
      choices={WISHES.map((value) => ({ value, label: t(`pictures.choice.${value}`) }))}
      onValue={(value) => pictures.choose(WISHES.find((one) => one === value) ?? "auto")}
    />
  );
}
