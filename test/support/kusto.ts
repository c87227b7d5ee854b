import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';

/** What the analyser of Microsoft's own query editors says of a query. */
export interface Analysis {
  /** Errors and warnings, each a sentence with the text that it is about. */
  readonly faults: readonly string[];
  /** Of the rows: name → type. */
  readonly columns: ReadonlyMap<string, string>;
}

/** A list as the analyser's runtime has it. */
interface List<T> {
  readonly Count: number;
  getItem(index: number): T;
}
interface Kusto {
  readonly KustoCode: {
    ParseAndAnalyze(
      text: string,
      globals: unknown,
    ): {
      GetDiagnostics(): List<{
        readonly Severity: string;
        readonly Message: string;
        readonly Start: number;
        readonly Length: number;
      }>;
      /** Without columns where the query cannot be understood. */
      readonly ResultType: {
        readonly Columns?: List<{ readonly Name: string; readonly Type: { readonly Name: string } }>;
      };
    };
  };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: {
    readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
    /** Constructor with a name and tables. */
    readonly DatabaseSymbol: { readonly $ctor1: new (name: string, tables: readonly unknown[]) => unknown };
  };
}

/** The tables of Application Insights that our queries read, with the columns that they may read. */
const TABLES = {
  traces: '(timestamp: datetime, message: string, severityLevel: int, customDimensions: dynamic, itemCount: int)',
  requests: '(timestamp: datetime, name: string, resultCode: string, success: string, duration: real)',
  customMetrics:
    '(timestamp: datetime, name: string, value: real, valueCount: int, valueSum: real, valueMin: real, valueMax: real, customDimensions: dynamic)',
};

const require = createRequire(import.meta.url);
// Scripts for a browser: they put what they have into the global object.
for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
  runInThisContext(readFileSync(require.resolve(`@kusto/language-service-next/${file}`), 'utf8'), { filename: file });
}
const { Language: kusto } = (globalThis as unknown as { readonly Kusto: { readonly Language: Kusto } }).Kusto;
const tables = Object.entries(TABLES).map(([name, schema]) => kusto.Symbols.TableSymbol.From(schema).WithName(name));
const globals = kusto.GlobalState.Default.WithDatabase(new kusto.Symbols.DatabaseSymbol.$ctor1('insights', tables));

/** Parses a query and resolves every name in it. */
export function analyse(text: string): Analysis {
  const code = kusto.KustoCode.ParseAndAnalyze(text, globals);
  const faults = itemsOf(code.GetDiagnostics()).map(
    ({ Severity, Message, Start, Length }) => `${Severity}: ${Message} (${text.slice(Start, Start + Length)})`,
  );
  const columns = itemsOf(code.ResultType.Columns).map(({ Name, Type }) => [Name, Type.Name] as const);
  return { faults, columns: new Map(columns) };
}

function itemsOf<T>(list: List<T> | undefined): readonly T[] {
  return list === undefined ? [] : Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}
