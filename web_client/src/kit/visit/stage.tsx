/**
 * The others, each in a tile with their name and role. Whoever signs is kept large beside the main one; a shared screen
 * takes the largest place. Tiles never move in the document, only on the grid: a moved video stops playing.
 */

import "./stage.css";

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Connection } from "../media/connection";
import { onNextFrame } from "../media/frames";
import { Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { announce } from "../ui/live";
import { useStore } from "../ui/use";
import { arrange, largeOf } from "./arrangement";
import { usePeopleWords } from "./people_words";
import type { Pictures } from "./pictures";

export interface StagePerson {
  /** Their endpoint. */
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly signs?: boolean;
}

export function namesOf(people: readonly StagePerson[]): ReadonlyMap<string, string> {
  return new Map(people.map((person) => [person.id, person.name]));
}

export interface StageProps {
  readonly connection: Connection;
  /** Told who is shown large. */
  readonly pictures: Pictures;
  /** The others; the first is the one this page talks with. */
  readonly people: readonly StagePerson[];
  /** The first one's element, made before there was anything to see. */
  readonly picture: HTMLVideoElement;
  /** Whether pictures should be coming. */
  readonly live: boolean;
  /** Called with each element that plays sound; what it returns, when the element goes. */
  readonly prepare?: (element: HTMLVideoElement) => () => void;
  /** Told whether the browser waits for a press before it lets the others be heard. */
  readonly onHeld?: (held: boolean) => void;
  /** What somebody shares, shown large. */
  readonly screen?: ComponentChildren;
  /** What lies over the pictures: notes, one's own picture. */
  readonly children?: ComponentChildren;
}

export function Stage({ connection, pictures, people, picture, live, prepare, onHeld, screen, children }: StageProps) {
  const t = usePeopleWords();
  const box = useRef<HTMLDivElement>(null);
  const [silent, setSilent] = useState<ReadonlySet<HTMLVideoElement>>(new Set());
  const shared = screen !== undefined && screen !== null && screen !== false;
  const arrangement = arrange(people, shared);
  const { layout, places } = arrangement;
  const large = largeOf(people, arrangement);
  useEffect(() => pictures.showsLarge(large), [pictures, large.join(" ")]);
  useShape(box);
  useComings(people);
  const speaker = useStore(connection.speaker);
  const held = silent.size > 0;
  useEffect(() => {
    onHeld?.(held);
    return () => onHeld?.(false);
  }, [held]);

  const tell = (element: HTMLVideoElement, held: boolean) =>
    setSilent((before) => {
      if (before.has(element) === held) return before;
      const now = new Set(before);
      if (held) now.add(element);
      else now.delete(element);
      return now;
    });
  return (
    <div ref={box} class="people" data-layout={layout}>
      {shared && <div class="person person-screen" data-place="l1">{screen}</div>}
      {people.map((person, n) => (
        <Tile
          key={person.id}
          person={person}
          stream={connection.of(person.id)}
          {...(n === 0 ? { element: picture } : {})}
          place={places.get(person.id) ?? "l1"}
          live={live}
          speaks={live && people.length > 1 && person.id === speaker}
          first={n === 0}
          {...(prepare === undefined ? {} : { prepare })}
          onHeld={tell}
        />
      ))}
      {held && (
        <div class="people-sound">
          <Banner
            tone="warn"
            live="assertive"
            actions={
              <Button kind="primary" onClick={() => [...silent].forEach((element) => play(element, tell))}>
                {t("people.sound_on")}
              </Button>
            }
          >
            {t("people.sound_held")}
          </Banner>
        </div>
      )}
      {children}
    </div>
  );
}

type Held = (element: HTMLVideoElement, held: boolean) => void;

function Tile({ person, stream, element, place, live, speaks, first, prepare, onHeld }: {
  readonly person: StagePerson;
  readonly stream: MediaStream;
  readonly element?: HTMLVideoElement;
  readonly place: string;
  readonly live: boolean;
  readonly speaks: boolean;
  readonly first: boolean;
  readonly prepare?: (element: HTMLVideoElement) => () => void;
  readonly onHeld: Held;
}) {
  const t = usePeopleWords();
  const hold = useRef<HTMLDivElement>(null);
  const own = useMemo(() => element ?? videoElement(), [element]);
  const moving = useMoving(own, live);

  // Before the browser paints: the first frame may be waiting already.
  useLayoutEffect(() => {
    hold.current?.append(own);
    if (own.srcObject !== stream) own.srcObject = stream;
    const letGo = prepare?.(own);
    const stop = first ? onNextFrame(own, () => performance.mark("first-frame")) : () => undefined;
    play(own, onHeld);
    return () => {
      stop();
      letGo?.();
      onHeld(own, false);
      own.remove();
      if (element === undefined) own.srcObject = null;
    };
  }, [own, stream]);
  useEffect(() => own.setAttribute("aria-label", t("people.video_of", { name: person.name })), [own, person.name, t]);

  return (
    <figure class={speaks ? "person person-speaks" : "person"} data-place={place}>
      <div ref={hold} class="person-picture" />
      {live && !moving && (
        <div class="person-still">
          <span class="person-letters" aria-hidden="true">
            {initials(person.name)}
          </span>
          {first && <p>{t("people.no_picture")}</p>}
        </div>
      )}
      <figcaption class="person-name">
        <span class="strong">{person.name}</span> <span class="person-role">{person.role}</span>
      </figcaption>
    </figure>
  );
}

function videoElement(): HTMLVideoElement {
  const video = document.createElement("video");
  video.autoplay = true;
  video.playsInline = true;
  return video;
}

/** Some browsers refuse sound before a press: then the picture plays without it and a button asks for the press. */
function play(element: HTMLVideoElement, tell: Held): void {
  element.muted = false;
  element.play().then(
    () => tell(element, false),
    (error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      element.muted = true;
      element.play().catch(() => undefined);
      tell(element, true);
    },
  );
}

const LOOK_EVERY_MS = 1_000;

/** True while new frames are shown; false after two seconds without one. */
function useMoving(video: HTMLVideoElement, live: boolean): boolean {
  const [moving, setMoving] = useState(true);
  useEffect(() => {
    if (!live) return;
    let frames = -1;
    let still = 0;
    const timer = setInterval(() => {
      const now = video.getVideoPlaybackQuality().totalVideoFrames;
      still = now === frames ? still + 1 : 0;
      frames = now;
      setMoving(still < 2);
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [video, live]);
  return moving;
}

/** Tells the style sheet whether the stage is wide or tall: a window's shape says little about a part of it. */
function useShape(box: { readonly current: HTMLDivElement | null }): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => {
      element.dataset["shape"] = element.clientWidth > element.clientHeight * 1.1 ? "wide" : "tall";
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    return () => watch.disconnect();
  }, [box]);
}

/** Says who came and who went, but not who was there when the page was opened. */
function useComings(people: readonly StagePerson[]): void {
  const t = usePeopleWords();
  const before = useRef<ReadonlyMap<string, string> | null>(null);
  const names = new Map(people.map((person) => [person.id, person.name]));
  useEffect(() => {
    const known = before.current;
    before.current = names;
    if (known === null) return;
    for (const [id, name] of names) if (!known.has(id)) announce(t("people.came", { name }));
    for (const [id, name] of known) if (!names.has(id)) announce(t("people.went", { name }));
  }, [[...names.keys()].join(" ")]);
}

export function initials(name: string): string {
  const words = name.replace(/,.*$/, "").split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !word.endsWith("."));
  return [words[0], words.length > 1 ? words[words.length - 1] : undefined]
    .map((word) => word?.[0]?.toUpperCase() ?? "")
    .join("");
}
