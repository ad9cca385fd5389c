import { expect, it } from "vitest";
import { fromCsv, toCsv } from "./csv";

const entries = [
  { text: "AWS", alias: "Amazon Web Services" },
  { text: "重慶", phoneme: "chong 2 qing 4", alphabet: "sapi" as const, language: "zh-CN" },
  { text: 'say "hi", now', alias: "two\nlines;" },
  { text: "tomato", phoneme: "təˈmeɪtoʊ", alphabet: "ipa" as const, language: "en" },
];

it("writes what it reads again", () => {
  expect(toCsv(entries).split("\r\n").slice(0, 3)).toEqual([
    "text,alias,phoneme,language,alphabet",
    "AWS,Amazon Web Services,,,",
    "重慶,,chong 2 qing 4,zh-CN,sapi",
  ]);
  expect(fromCsv(toCsv(entries))).toEqual({ entries, wrongLines: [] });
});

it.each([
  ["phoneme,text\nə,a\n\n", [{ text: "a", phoneme: "ə", alphabet: "ipa" }]],
  ["\ufeffText;Alias;Language\r\nAWS;Amazon;en\r\n", [{ text: "AWS", alias: "Amazon", language: "en" }]],
  ["text\talias\nA, B\tA and B", [{ text: "A, B", alias: "A and B" }]],
  [
    "AWS,Amazon\nSQL,,ˈsiːkwəl,en",
    [
      { text: "AWS", alias: "Amazon" },
      { text: "SQL", phoneme: "ˈsiːkwəl", alphabet: "ipa", language: "en" },
    ],
  ],
  ["", []],
])("reads %j", (csv, expected) => {
  expect(fromCsv(csv).entries).toEqual(expected);
});

it("names the lines that are no pronunciations", () => {
  const csv = 'text,alias,phoneme,language,alphabet\n,x\n"two\nlines",y\nboth,a,b\nneither\nodd,,b,,x-sampa\n';
  expect(fromCsv(csv)).toEqual({ entries: [{ text: "two\nlines", alias: "y" }], wrongLines: [2, 5, 6, 7] });
});
