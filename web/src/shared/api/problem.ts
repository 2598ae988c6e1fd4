// A refusal or failure of the API as one error type. Pages show it by `code`, never by status.

/** The body of `application/problem+json`. */
export interface ProblemBody {
	code?: string;
	detail?: string;
	title?: string;
	status?: number;
	fields?: Record<string, string>;
}

/** What a call throws: `code` is stable (`pin.wrong`); `network` when no answer came. */
export class Problem extends Error {
	readonly code: string;
	readonly status: number;
	readonly fields: Record<string, string>;

	constructor(code: string, status: number, detail: string, fields: Record<string, string> = {}) {
		super(detail);
		this.name = "Problem";
		this.code = code;
		this.status = status;
		this.fields = fields;
	}

	/** From an answer's body, whatever it is (a proxy may answer with HTML). */
	static from(status: number, body: unknown): Problem {
		const b: ProblemBody = typeof body === "object" && body !== null ? body : {};
		const code = typeof b.code === "string" ? b.code : `http.${status}`;
		return new Problem(code, status, b.detail ?? b.title ?? "", b.fields ?? {});
	}

	/** True when trying again later can help. */
	get passing(): boolean {
		return this.code === "network" || this.status >= 500;
	}
}

/** The code of anything thrown; `unknown` for what is not ours. */
export function codeOf(error: unknown): string {
	return error instanceof Problem ? error.code : "unknown";
}
