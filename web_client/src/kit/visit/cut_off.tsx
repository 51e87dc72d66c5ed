/** A camera or microphone that was cut off and is being opened again: said, so that nobody talks into nothing. */

import { useEffect, useRef } from "preact/hooks";

import type { DeviceKind } from "../media/failures";
import { KINDS, type Studio } from "../media/studio";
import { Banner } from "../ui/banner";
import { announce } from "../ui/live";
import { useStore } from "../ui/use";
import { useVisitWords } from "./words";

export function CutOff({ studio }: { readonly studio: Studio }) {
  return (
    <>
      {KINDS.map((kind) => (
        <CutOffDevice key={kind} studio={studio} kind={kind} />
      ))}
    </>
  );
}

function CutOffDevice({ studio, kind }: { readonly studio: Studio; readonly kind: DeviceKind }) {
  const t = useVisitWords();
  const state = useStore(studio[kind]);
  const again = state.kind === "asking" && state.again === true;
  const was = useRef(false);
  useEffect(() => {
    if (was.current && state.kind === "on") announce(t(`cut.${kind}.back`));
    was.current = again;
  }, [again, state.kind]);
  return again ? (
    <Banner tone="warn" live="assertive">
      {t(`cut.${kind}`)}
    </Banner>
  ) : null;
}
