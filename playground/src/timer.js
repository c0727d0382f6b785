/** Runs a task after a pause. */
export class Timer {
  #pause;
  #task;
  #waiting;

  /** @param pause in milliseconds */
  constructor(pause, task) {
    this.#pause = pause;
    this.#task = task;
  }

  /** Starts the pause, again if it has begun. */
  start() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(this.#task, this.#pause);
  }
}
