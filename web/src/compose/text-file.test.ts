import { expect, it } from "vitest";
import { decodeScript, MAX_SCRIPT_FILE_BYTES } from "./text-file";

const bytes = (...values: number[]) => new Uint8Array(values);

it.each([
  ["UTF-8 with a mark", bytes(0xef, 0xbb, 0xbf, 0x41, 0x3a, 0x0d, 0x0a, 0x42), "A:\nB"],
  ["UTF-16, little-endian", bytes(0xff, 0xfe, 0x41, 0x00, 0x60, 0x4f), "A你"],
  ["UTF-16, big-endian", bytes(0xfe, 0xff, 0x00, 0x41, 0x4f, 0x60), "A你"],
  ["Big5", bytes(0xa7, 0x41, 0xa6, 0x6e), "你好"],
])("reads %s", (_, content, text) => {
  expect(decodeScript(content, "zh-TW")).toEqual({ text });
});

it("reads Windows' Latin letters on an English page", () => {
  expect(decodeScript(bytes(0x93, 0x63, 0x61, 0x66, 0xe9, 0x94), "en")).toEqual({ text: "“café”" });
});

it("takes neither what is no text nor what is too large", () => {
  expect(decodeScript(bytes(0x50, 0x4b, 0x03, 0x00), "en")).toEqual({ trouble: "binary" });
  expect(decodeScript(new Uint8Array(MAX_SCRIPT_FILE_BYTES + 1), "en")).toEqual({ trouble: "large" });
});
