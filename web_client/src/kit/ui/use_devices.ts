/** The devices there are to choose from. */

import { useEffect, useState } from "preact/hooks";

import { choices, type Choices, onChange } from "../media/devices";
import type { Camera } from "../media/facing";

/** Looked at again when one comes or goes, and when `version` changes: a permission gives them their names. */
export function useDevices(kind: keyof Choices, version: unknown): readonly Camera[] {
  const [devices, setDevices] = useState<readonly Camera[]>([]);
  useEffect(() => {
    let current = true;
    const look = () => void choices().then((all) => current && setDevices(all[kind]));
    look();
    const stop = onChange(look);
    return () => {
      current = false;
      stop();
    };
  }, [kind, version]);
  return devices;
}
