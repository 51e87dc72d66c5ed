/** Recordings as the server lists them: how far their files have come, and links to take them away. */

import { useEffect, useState } from "preact/hooks";

import { getJson, postJson } from "../http";
import { isObject, type Json, type JsonObject } from "../json";
import { Banner, Button, Time } from "../ui";
import { useStaffWords } from "./words";

export interface RecordedFile {
  readonly name: string;
  readonly layout: string;
  readonly endpoint: string | null;
  readonly seconds: number;
  readonly bytes: number;
}

export interface Job {
  readonly layout: string;
  readonly state: string;
  readonly percent: number;
}

export interface Recorded {
  readonly id: string;
  readonly startedAt: string;
  readonly ended: boolean;
  readonly clinic: string | null;
  readonly clinician: string | null;
  readonly ref: string | null;
  readonly jobs: readonly Job[];
  readonly files: readonly RecordedFile[];
}

const LOOK_EVERY_MS = 2_000;

export function readRecordings(body: JsonObject): readonly Recorded[] {
  const rows = Array.isArray(body["recordings"]) ? body["recordings"].filter(isObject) : [];
  return rows.map((row) => ({
    id: words(row["id"]) ?? "",
    startedAt: words(row["started_at"]) ?? "",
    ended: row["ended_at"] !== undefined,
    clinic: words(row["clinic"]),
    clinician: words(row["clinician"]),
    ref: words(row["ref"]) || null,
    jobs: Object.entries(isObject(row["jobs"]) ? row["jobs"] : {}).map(([layout, job]) => ({
      layout,
      state: isObject(job) ? (words(job["state"]) ?? "queued") : "queued",
      percent: isObject(job) ? Number(job["percent"] ?? 0) : 0,
    })),
    files: (Array.isArray(row["files"]) ? row["files"].filter(isObject) : []).map((file) => ({
      name: words(file["name"]) ?? "",
      layout: words(file["layout"]) ?? "",
      endpoint: words(file["endpoint"]),
      seconds: Number(file["seconds"] ?? 0),
      bytes: Number(file["bytes"] ?? 0),
    })),
  }));
}

/** Something is still being made, or will be as soon as the recording has ended. */
export function isUnfinished(one: Recorded): boolean {
  return !one.ended || one.jobs.some((job) => job.state === "queued" || job.state === "running");
}

/** The list at `path`, read anew while something in it is being made. */
export function useRecordings(path: string | null): { readonly rows: readonly Recorded[] | null; readonly failed: boolean; readonly again: () => void } {
  const [rows, setRows] = useState<readonly Recorded[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const found = readRecordings(await getJson(path));
        if (stopped) return;
        setRows(found);
        setFailed(false);
        if (found.some(isUnfinished)) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
      } catch {
        if (stopped) return;
        setFailed(true);
        timer = setTimeout(() => void look(), LOOK_EVERY_MS * 2);
      }
    };
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [path, turn]);
  return { rows, failed, again: () => setTurn((now) => now + 1) };
}

export function RecordingList({ rows, zone, onChange }: {
  readonly rows: readonly Recorded[];
  readonly zone: string;
  readonly onChange: () => void;
}) {
  return (
    <ul class="recordings">
      {rows.map((one) => (
        <RecordingCard key={one.id} one={one} zone={zone} onChange={onChange} />
      ))}
    </ul>
  );
}

function RecordingCard({ one, zone, onChange }: { readonly one: Recorded; readonly zone: string; readonly onChange: () => void }) {
  const t = useStaffWords();
  const [failed, setFailed] = useState(false);
  const side = one.jobs.find((job) => job.layout === "side_by_side");
  const mayAsk = one.ended && one.files.length > 0 && (side === undefined || side.state === "failed");
  const ask = () => {
    setFailed(false);
    postJson(`/api/recordings/${one.id}/side-by-side`).then(onChange, () => setFailed(true));
  };
  return (
    <li class="card stack-tight">
      <h3>
        {t("staff.recording.of")} <Time at={one.startedAt} zone={zone} />
      </h3>
      {one.clinician !== null && (
        <p class="small">
          {[one.clinic, one.clinician, one.ref === null ? null : t("staff.recording.ref", { ref: one.ref })].filter(Boolean).join(" · ")}
        </p>
      )}
      {!one.ended && <p>{t("staff.recording.running")}</p>}
      {one.jobs.map((job) => (
        <JobLine key={job.layout} job={job} />
      ))}
      {one.files.length > 0 && (
        <ul class="recording-files">
          {one.files.map((file) => (
            <li key={file.name}>
              <a class="button" href={`/api/recordings/${one.id}/files/${file.name}`} download>
                {t("staff.recording.download", { what: nameOf(file, t) })}
              </a>{" "}
              <span class="quiet small">
                {length(file.seconds)} · {size(file.bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {mayAsk && <Button onClick={ask}>{t("staff.recording.side_by_side")}</Button>}
      {failed && (
        <Banner tone="warn" live="assertive">
          {t("kit.no_answer")}
        </Banner>
      )}
    </li>
  );
}

function JobLine({ job }: { readonly job: Job }) {
  const t = useStaffWords();
  const what = t.code(`staff.recording.layout.${job.layout}`, job.layout);
  if (job.state === "done") return null;
  if (job.state === "failed") return <p class="strong">{t("staff.recording.failed", { what })}</p>;
  return (
    <label class="stack-tight">
      <span>{t(job.state === "queued" ? "staff.recording.queued" : "staff.recording.making", { what, percent: job.percent })}</span>
      <progress max={100} value={job.percent} />
    </label>
  );
}

function nameOf(file: RecordedFile, t: ReturnType<typeof useStaffWords>): string {
  if (file.endpoint === null) return t("staff.recording.layout.side_by_side");
  const who = file.endpoint.startsWith("guest") ? "guest" : file.endpoint;
  const screen = file.name.includes("screen") ? ` (${t("staff.recording.screen")})` : "";
  const part = /-part(\d+)(-\d+)*\.\w+$/.exec(file.name)?.[1]; // its pictures went on in another codec
  return t.code(`staff.recording.who.${who}`, file.endpoint) + screen + (part === undefined ? "" : ` (${part})`);
}

export function length(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function words(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
