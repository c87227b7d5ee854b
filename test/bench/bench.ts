/** What a bench measured, before it is held against its reach. */
export interface Measured {
  /** What is measured, in words, unique among all benches. */
  readonly name: string;
  /** A ratio, or a size in the unit that the name says. */
  readonly value: number;
  readonly reach: Reach;
  /** What the value was made of, for people. */
  readonly detail: string;
}

/** The bound of a figure, which is itself good enough. */
export type Reach = { readonly atMost: number } | { readonly atLeast: number };

/** One figure as `bench.json` has it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly reach: number;
  /** Which way `reach` bounds `value`. */
  readonly bound: 'atMost' | 'atLeast';
  readonly reached: boolean;
  readonly detail: string;
}

export interface BenchOptions {
  /** Measure with the regression that `Bench.planted` describes in place: then a figure must not be reached. */
  readonly planted: boolean;
  /** Says what is being done, for whoever watches. */
  readonly progress: (text: string) => void;
}

/** One thing that is measured, against a floor that is measured in the same run. */
export interface Bench {
  /** As on the command line. */
  readonly name: string;
  /** What the floor is, and why nothing can be below it. */
  readonly floor: string;
  /** The regression that `--planted` puts in. */
  readonly planted: string;
  run(options: BenchOptions): Promise<readonly Measured[]>;
}

/** Holds a value against its reach. */
export function figureOf({ name, value, reach, detail }: Measured): Figure {
  const isUpper = 'atMost' in reach;
  const bound = isUpper ? reach.atMost : reach.atLeast;
  const reached = isUpper ? value <= bound : value >= bound;
  return { name, value, reach: bound, bound: isUpper ? 'atMost' : 'atLeast', reached, detail };
}
