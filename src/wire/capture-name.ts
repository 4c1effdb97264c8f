// What capturing programs call their files. Pieces of patterns: names tell more than that, by rotation and by number.

export const CAPTURE_ENDING = String.raw`\.(?:pcap|pcapng|cap|dmp)`;
export const COMPRESSED_ENDING = String.raw`\.(?:gz|zst)`;

/** The digits are tcpdump's -C. */
export const CAPTURE_NAME = new RegExp(`${CAPTURE_ENDING}\\d*(?:${COMPRESSED_ENDING})?$`, "i");
