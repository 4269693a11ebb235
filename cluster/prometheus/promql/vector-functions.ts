/** Functions from number to number, applied to each element of an instant vector. */

export type NumberFunction = (value: number, ...parameters: number[]) => number;

const DEGREES = Math.PI / 180;
const DAY_MS = 86_400_000;

export const NUMBER_FUNCTIONS: ReadonlyMap<string, NumberFunction> = new Map<string, NumberFunction>([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['exp', Math.exp],
  ['sqrt', Math.sqrt],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['asin', Math.asin],
  ['acos', Math.acos],
  ['atan', Math.atan],
  ['sinh', Math.sinh],
  ['cosh', Math.cosh],
  ['tanh', Math.tanh],
  ['asinh', Math.asinh],
  ['acosh', Math.acosh],
  ['atanh', Math.atanh],
  ['rad', (value) => value * DEGREES],
  ['deg', (value) => value / DEGREES],
  ['sgn', (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
  ['clamp', (value, least, most) => clamped(value, least!, most!)],
  ['clamp_min', (value, least) => clamped(value, least!, Infinity)],
  ['clamp_max', (value, most) => clamped(value, -Infinity, most!)],
  // Ties go up; dividing by the inverse is what Prometheus does, and shows in the last digits.
  ['round', (value, nearest = 1) => Math.floor(value * (1 / nearest) + 0.5) / (1 / nearest)],
]);

/** Calendar functions: seconds since the epoch in, UTC out. Without an argument they ask about the present. */
export const CALENDAR_FUNCTIONS: ReadonlyMap<string, NumberFunction> = new Map<string, NumberFunction>([
  ['minute', (seconds) => modulo(Math.floor(Math.trunc(seconds) / 60), 60)],
  ['hour', (seconds) => modulo(Math.floor(Math.trunc(seconds) / 3600), 24)],
  ['day_of_week', (seconds) => modulo(dayOf(seconds) + 4, 7)],
  ['day_of_month', (seconds) => civil(seconds).day],
  ['day_of_year', (seconds) => dayOf(seconds) - firstDayOf(civil(seconds).year, 1) + 1],
  ['days_in_month', (seconds) => daysInMonth(civil(seconds))],
  ['month', (seconds) => civil(seconds).month],
  ['year', (seconds) => civil(seconds).year],
]);

function clamped(value: number, least: number, most: number): number {
  return Number.isNaN(least) || Number.isNaN(most) ? NaN : Math.max(least, Math.min(most, value));
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function dayOf(seconds: number): number {
  return Math.floor((Math.trunc(seconds) * 1000) / DAY_MS);
}

/** Days since the epoch to a Gregorian date (Howard Hinnant's civil_from_days): no clock object is needed. */
function civil(seconds: number): { year: number; month: number; day: number } {
  const shifted = dayOf(seconds) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** The inverse: days since the epoch of the first of a month. */
function firstDayOf(year: number, month: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5);
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    ofYear -
    719_468
  );
}

function daysInMonth({ year, month }: { year: number; month: number }): number {
  const next = month === 12 ? firstDayOf(year + 1, 1) : firstDayOf(year, month + 1);
  return next - firstDayOf(year, month);
}
