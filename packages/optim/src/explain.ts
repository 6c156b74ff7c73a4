/** A formula with its numbers filled in. */

/** `[symbol, expression, what of the state it is, or its value]`, in the order of computation. Names in expressions are symbols and hyperparameters; functions, and what is of whole tensors, are left. */
export type FormulaLine = readonly [symbol: string, expression: string, state?: string | number];

const short = (x: number): string => (x < 0 ? `(${Number(x.toPrecision(6))})` : String(Number(x.toPrecision(6))));

/**
 * @param values what is known before the first line; each line's value replaces that of its symbol
 * @param after the values of what is remembered, and of the parameter as `p`, after the step
 */
export function filledIn(lines: readonly FormulaLine[], values: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string {
  const known: Record<string, number> = { ...values };
  return lines.map(([symbol, expression, state = symbol]) => {
    const filled = expression.replace(/[A-Za-z]\w*/g, (name) => (name in known ? short(known[name]!) : name));
    const result = typeof state === 'number' ? state : after[state];
    if (result !== undefined) known[symbol] = result;
    return `${symbol} = ${expression} = ${filled}${result === undefined || filled === short(result) ? '' : ` = ${Number(result.toPrecision(6))}`}`;
  }).join('\n');
}
