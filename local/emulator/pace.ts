/** How fast time goes by for what the services do by and by, such as trying a webhook again. */
export interface Pace {
  /** Seconds of the services' time in one real second; 1 is real time. A wait that has begun is not changed by it. */
  factor: number;
}
