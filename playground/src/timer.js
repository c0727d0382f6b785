/** Runs a task after a pause. The pause is longer if the task takes long. */
export class Timer {
  #pause;
  #task;
  #waiting;
  #duration = 0;

  constructor(pause, task) {
    this.#pause = pause;
    this.#task = task;
  }

  /** Starts the pause, again if it has begun. */
  start() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#run(), Math.max(this.#pause, Math.min(this.#duration, 1500)));
  }

  async #run() {
    const start = performance.now();
    await this.#task();
    this.#duration = performance.now() - start;
  }
}
