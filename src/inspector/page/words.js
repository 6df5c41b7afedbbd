// How times, sizes and counts are said.

import { element } from "./element.js";

const DAY = 24 * 60 * 60 * 1000;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const WHOLE = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short",
});

/** A moment in a list: the time, or the day if that is not today's. */
export function shortTime(moment) {
  const time = new Date(moment);
  const isRecent = Date.now() - time < DAY && new Date().getDate() === time.getDate();
  return (isRecent ? CLOCK : DATE).format(time);
}

/** The whole of a moment, with the zone in which it is said. */
export function longTime(moment) {
  return WHOLE.format(new Date(moment));
}

/** As `longTime`, with the moment as the API has it for who points at it. */
export function time(moment) {
  return element("time", { datetime: moment, title: moment }, longTime(moment));
}

export function size(octets) {
  if (octets < 1024) {
    return `${octets} B`;
  }
  const units = ["KiB", "MiB", "GiB"];
  let value = octets / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function seconds(duration) {
  if (duration < 1) {
    return `${Math.round(duration * 1000)} ms`;
  }
  return duration < 120 ? `${duration.toFixed(1)} s` : `${Math.round(duration / 60)} min`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
