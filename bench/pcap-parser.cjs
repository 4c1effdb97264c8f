// The npm package that reads classic pcap: counts records and does nothing with them.
const pcapParser = require("pcap-parser");
let packets = 0;
pcapParser
  .parse(process.argv[2])
  .on("packet", () => packets++)
  .on("end", () => console.log(packets));
