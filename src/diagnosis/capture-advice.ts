// What capture would show what this one cannot: entries of the table in `fixes.ts`.

export const CAPTURE_ADVICE = {
  "capture-cut": { any: ["Capture whole packets (tcpdump -s 0) with a larger buffer (-B 65536), from before the first request."] },
  "joined-mid-connection": { any: ["Start the capture before the connections, or restart one of the two pods while capturing."] },
  encrypted: {
    any: [
      "Run one end with SSLKEYLOGFILE=keys.log and give --keylog keys.log, or capture where TLS ends: on the loopback inside the pod (-i lo).",
    ],
  },
} as const;
