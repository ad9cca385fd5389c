import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { memo, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Refused } from "../api/errors";
import {
  isChangedElsewhere,
  type KeptSet,
  MAX_ENTRIES,
  useDeletePronunciationSet,
  usePronunciationSet,
  useSavePronunciationSet,
} from "../api/pronunciations";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { FileButton } from "../ui/FileButton";
import { Heading } from "../ui/Heading";
import { IconButton } from "../ui/IconButton";
import { Notice } from "../ui/Notice";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { saveText } from "../ui/save-file";
import { fromCsv, toCsv } from "./csv";
import "./pronunciations.css";
import { emptyRow, entriesOf, merged, problemsOf, type Row, rowsOf, WAYS, type Way } from "./rows";

/** One pronunciation set: its entries in a table, saved as a whole. */
export default function SetEditor({ name }: { name: string }) {
  const { t } = useSpeech();
  const { data, error, isFetching, refetch } = usePronunciationSet(name);
  const isGone = error instanceof Refused && error.code === "PRONUNCIATION_SET_NOT_FOUND";
  return (
    <div className="pronunciations">
      <header className="screen-head">
        <a href={paths.pronunciations()}>{t.pronunciations.toSets}</a>
        <Heading title={name} />
      </header>
      {isGone ? (
        <EmptyState title={t.pronunciations.gone} />
      ) : error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Table key={data.etag} name={name} kept={data} isReloading={isFetching} onReload={() => void refetch()} />
      ) : (
        <Skeleton lines={5} />
      )}
    </div>
  );
}

function Table(props: { name: string; kept: KeptSet; isReloading: boolean; onReload(): void }) {
  const { name, kept, isReloading, onReload } = props;
  const { t, format } = useSpeech();
  const client = useQueryClient();
  const [first] = useState(() => unsavedOf(client, name) ?? editOf(kept));
  const [rows, setRows] = useState(first.rows);
  const [saved, setSaved] = useState(first.saved);
  const [wrongLines, setWrongLines] = useState<readonly number[]>([]);
  const [isDeleting, setIsDeleting] = useState(false);
  const body = useRef<HTMLTableSectionElement>(null);
  const save = useSavePronunciationSet();
  const remove = useDeletePronunciationSet();

  const entries = useMemo(() => entriesOf(rows), [rows]);
  const isDirty = useMemo(() => JSON.stringify(entries) !== saved.entries, [entries, saved]);
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isDirty]);

  // Whoever looks at another screen finds what is not saved when they come back.
  const unsaved = useRef<Edit | undefined>(undefined);
  unsaved.current = isDirty ? { rows, saved } : undefined;
  useEffect(() => () => keepUnsaved(client, name, unsaved.current), [client, name]);

  const problems = useMemo(() => (save.error instanceof Refused ? save.error.problems : []), [save.error]);
  const [refusedRows, setRefusedRows] = useState<readonly Row[]>([]);
  const problemOf = useMemo(() => problemsOf(refusedRows, problems), [refusedRows, problems]);
  const general = problemOf.get(0);
  const isStale = isChangedElsewhere(save.error) || isChangedElsewhere(remove.error);

  const change = useCallback((id: number, part: Partial<Row>) => {
    setRows((before) => before.map((row) => (row.id === id ? { ...row, ...part } : row)));
  }, []);
  const drop = useCallback((id: number) => setRows((before) => before.filter((row) => row.id !== id)), []);

  function add(): void {
    flushSync(() => setRows((before) => [...before, emptyRow()]));
    body.current?.querySelector<HTMLElement>("tr:last-child input")?.focus();
  }

  function saveAll(): void {
    if (save.isPending || !isDirty) return;
    setRefusedRows(rows);
    save.mutate(
      { name, entries, etag: saved.etag },
      { onSuccess: ({ etag }) => setSaved({ entries: JSON.stringify(entries), etag }) },
    );
  }

  /** Leaves nothing unsaved to be kept. */
  function dropChanges(): void {
    setRows([]);
    setSaved({ ...saved, entries: "[]" });
  }

  function reload(): void {
    dropChanges();
    onReload();
  }

  function deleteAll(): void {
    remove.mutate(
      { name, etag: saved.etag },
      {
        onSuccess: () => {
          dropChanges();
          go(paths.pronunciations());
        },
      },
    );
  }

  async function importFile(file: File | undefined): Promise<void> {
    if (!file) return;
    const imported = fromCsv(await file.text());
    setWrongLines(imported.wrongLines);
    setRows((before) => merged(before, imported.entries));
  }

  return (
    <>
      <div className="set-tools">
        <FileButton
          label={t.pronunciations.import}
          accept=".csv,text/csv,text/plain"
          onFiles={([file]) => void importFile(file)}
        />
        <Button
          icon="download"
          unavailable={entries.length === 0}
          onClick={() => saveText(toCsv(entries), `${name}.csv`, "text/csv")}
        >
          {t.pronunciations.export}
        </Button>
        {isDeleting ? (
          <span className="set-deleting">
            <span>{t.pronunciations.reallyDelete}</span>
            <Button unavailable={remove.isPending} onClick={deleteAll}>
              {t.pronunciations.deleteYes}
            </Button>
            <Button look="plain" onClick={() => setIsDeleting(false)}>
              {t.pronunciations.keep}
            </Button>
          </span>
        ) : (
          <Button look="plain" onClick={() => setIsDeleting(true)}>
            {t.pronunciations.deleteSet}
          </Button>
        )}
      </div>
      {wrongLines.length > 0 && (
        <Notice
          tone="patience"
          title={t.pronunciations.wrongLines(format.list(wrongLines.slice(0, 20).map(format.number)))}
        />
      )}
      {isStale ? (
        <Notice tone="alarm" title={t.pronunciations.changedElsewhere}>
          <p>{t.pronunciations.changedElsewhereHint}</p>
          <Button unavailable={isReloading} onClick={reload}>
            {t.pronunciations.reload}
          </Button>
        </Notice>
      ) : (
        <>
          {save.isError && problems.length === 0 && <ErrorNotice error={save.error} />}
          {problems.length > 0 && (
            <Notice tone="alarm" title={t.pronunciations.refused}>
              {general && <p>{general}</p>}
            </Notice>
          )}
          {remove.isError && <ErrorNotice error={remove.error} />}
        </>
      )}
      <div className="card set-card">
        <table className="set-table" aria-label={t.pronunciations.ofSet(name)}>
          <thead>
            <tr>
              <th scope="col">{t.pronunciations.columns.text}</th>
              <th scope="col">{t.pronunciations.columns.way}</th>
              <th scope="col">{t.pronunciations.columns.spoken}</th>
              <th scope="col">{t.pronunciations.columns.language}</th>
              <th scope="col">
                <span className="unseen">{t.pronunciations.columns.delete}</span>
              </th>
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row) => (
              <EntryRow key={row.id} row={row} problem={problemOf.get(row.id)} onChange={change} onDrop={drop} />
            ))}
          </tbody>
        </table>
        <Button look="plain" icon="add" unavailable={rows.length >= MAX_ENTRIES} onClick={add}>
          {t.pronunciations.add}
        </Button>
      </div>
      <div className="set-save">
        <p role="status">
          {isDirty
            ? t.pronunciations.unsaved
            : save.isSuccess
              ? t.pronunciations.saved
              : t.pronunciations.entries(format.number(entries.length))}
        </p>
        <Button look="primary" unavailable={!isDirty || save.isPending} onClick={saveAll}>
          {save.isPending ? t.pronunciations.saving : t.pronunciations.save}
        </Button>
      </div>
    </>
  );
}

/** What is being written. `saved`: the set as it was read or saved last, its entries as JSON. */
interface Edit {
  rows: readonly Row[];
  saved: { entries: string; etag: string };
}

function editOf({ entries, etag }: KeptSet): Edit {
  const rows = rowsOf(entries);
  return { rows: rows.length > 0 ? rows : [emptyRow()], saved: { entries: JSON.stringify(entriesOf(rows)), etag } };
}

const editKey = (name: string) => ["pronunciation-edit", name];

function unsavedOf(client: QueryClient, name: string): Edit | undefined {
  return client.getQueryData<Edit>(editKey(name));
}

/** Keep an edit until its set is opened again; undefined forgets. */
function keepUnsaved(client: QueryClient, name: string, edit: Edit | undefined): void {
  if (edit === undefined) client.removeQueries({ queryKey: editKey(name) });
  else {
    client.setQueryDefaults(editKey(name), { gcTime: Number.POSITIVE_INFINITY });
    client.setQueryData(editKey(name), edit);
  }
}

const EntryRow = memo(function EntryRow(props: {
  row: Row;
  problem: string | undefined;
  onChange(id: number, part: Partial<Row>): void;
  onDrop(id: number): void;
}) {
  const { row, problem, onChange, onDrop } = props;
  const { t } = useSpeech();
  const problemId = useId();
  const { columns } = t.pronunciations;
  const input = (field: "text" | "spoken" | "language", placeholder?: string) => (
    <input
      placeholder={placeholder}
      className="field"
      aria-label={columns[field]}
      aria-invalid={problem !== undefined || undefined}
      aria-describedby={problem === undefined ? undefined : problemId}
      autoComplete="off"
      spellCheck={false}
      value={row[field]}
      onChange={(event) => onChange(row.id, { [field]: event.target.value })}
    />
  );
  return (
    <tr data-broken={problem !== undefined || undefined}>
      <td>
        {input("text", columns.text)}
        {problem !== undefined && (
          <small id={problemId} className="set-problem">
            {problem}
          </small>
        )}
      </td>
      <td>
        <select
          className="field"
          aria-label={columns.way}
          value={row.way}
          onChange={(event) => onChange(row.id, { way: event.target.value as Way })}
        >
          {WAYS.map((way) => (
            <option key={way} value={way}>
              {t.pronunciations.ways[way]}
            </option>
          ))}
        </select>
      </td>
      <td>{input("spoken", t.pronunciations.examples[row.way])}</td>
      <td>{input("language", t.pronunciations.anyLanguage)}</td>
      <td>
        <IconButton icon="close" name={t.pronunciations.deleteEntry(row.text)} onClick={() => onDrop(row.id)} />
      </td>
    </tr>
  );
});
