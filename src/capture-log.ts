// What is noted of each capture file while its packets go by: counts, link types, losses, anomalies, names, secrets.

import { type CaptureSink, type Packet, TLS_KEY_LOG } from "./capture/packet.ts";
import type { CaptureSummary } from "./diagnosis/inspection.ts";
import { linkTypeName } from "./packet/link-type-names.ts";
import type { FileSummary } from "./sources/series-reader.ts";
import { type Anomaly, anomaly } from "./wire/anomaly.ts";
import { count } from "./wire/count.ts";
import { MAX_ANOMALIES_KEPT, MAX_NAME_CHARS, MAX_NAMES } from "./wire/limits.ts";
import { sum } from "./wire/sum.ts";

interface FileLog {
  readonly linkTypes: Set<number>;
  readonly lost: Map<number, number>;
  readonly anomalies: Map<string, number>;
  kept: number;
  limitsKept: number;
}

/** Stands for the run where an anomaly is no one file's. */
const RUN = -1;

export class CaptureLog {
  readonly anomalies: Anomaly[] = [];
  /** Names of addresses from name resolution blocks. */
  readonly names = new Map<string, string>();
  readonly #files = new Map<number, FileLog>();
  #hasSaidNames = false;

  /** The sink of one file; packets are noted and handed on, and so are key logs. */
  sinkFor(index: number, onPacket: (packet: Packet) => void, onKeyLog: (bytes: Uint8Array) => void): CaptureSink {
    const log = this.#file(index);
    let linkType = -1;
    return {
      packet(packet) {
        if (packet.linkType !== linkType) {
          linkType = packet.linkType;
          log.linkTypes.add(linkType);
        }
        onPacket(packet);
      },
      anomaly: (found) => this.note({ ...found, where: { ...found.where, capture: index } }),
      name: (address, name) => {
        if (this.names.has(address)) return;
        if (this.names.size < MAX_NAMES) this.names.set(address, name.slice(0, MAX_NAME_CHARS));
        else if (!this.#hasSaidNames) {
          this.#hasSaidNames = true;
          this.note(anomaly("limit", `more than ${MAX_NAMES} names of addresses`, { layer: "pcapng", capture: index }));
        }
      },
      secrets: (type, bytes) => {
        if (type === TLS_KEY_LOG) onKeyLog(bytes);
      },
      lost: (packets, interfaceIndex) => log.lost.set(interfaceIndex, packets),
    };
  }

  note(found: Anomaly): void {
    const log = this.#file(found.where.capture ?? RUN);
    count(log.anomalies, found.code);
    // A limit is said once and must not drown in what came before it.
    const before = found.code === "limit" ? log.limitsKept++ : log.kept++;
    if (before < MAX_ANOMALIES_KEPT) this.anomalies.push(found);
  }

  summarize(file: FileSummary): CaptureSummary {
    const log = this.#file(file.index);
    return {
      file: file.file,
      format: file.format,
      packets: file.packets,
      bytes: file.bytes,
      startedAt: file.firstPacketAt,
      endedAt: file.lastPacketAt,
      linkTypes: [...log.linkTypes].map(linkTypeName),
      lost: sum(log.lost.values()),
      anomalies: Object.fromEntries(log.anomalies),
    };
  }

  #file(index: number): FileLog {
    const known = this.#files.get(index) ?? { linkTypes: new Set(), lost: new Map(), anomalies: new Map(), kept: 0, limitsKept: 0 };
    this.#files.set(index, known);
    return known;
  }
}
