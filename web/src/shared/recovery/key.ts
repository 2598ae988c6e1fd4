// The key of a recovery: only the browser that opened the link goes on. Kept until it is over, so that the page can be
// closed while somebody approves.

const NAME = "pforte-recovery";

export function keptKey(): string {
	try {
		return localStorage.getItem(NAME) ?? "";
	} catch {
		return "";
	}
}

export function keepKey(key: string): void {
	try {
		localStorage.setItem(NAME, key);
	} catch {
		// Without storage the page has to stay open.
	}
}

export function forgetKey(): void {
	try {
		localStorage.removeItem(NAME);
	} catch {
		// Nothing was kept.
	}
}
