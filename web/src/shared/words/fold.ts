// The one way in which names are compared here, as the server compares them: capital letters, accents, `ß`
// and `ss`, `ü` and `ue` are no matter, nor is how many blanks stand between words.

const OTHERS: Record<string, string> = {
	ß: "ss",
	æ: "ae",
	œ: "oe",
	þ: "th",
	ø: "o",
	ł: "l",
	đ: "d",
	ð: "d",
	ı: "i",
	ς: "σ",
};

/** The words of a text at their plainest: `Jörg  MÜLLER` and `joerg mueller` are the same two words. */
export function nameWords(text: string): string[] {
	const plain = text
		.replace(/['’ʼ`´]/g, "")
		.normalize("NFKD")
		.replace(/\p{M}/gu, "")
		.toLowerCase()
		.replace(/[ßæœþøłđðıς]/g, (sign) => OTHERS[sign] ?? sign);
	return plain
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean)
		.map((word) => word.replace(/(?<=[aou])e/g, ""));
}

/** One text for all spellings of a name. */
export function sameName(text: string): string {
	return nameWords(text).join(" ");
}

/** Whether each word that was typed stands in the name, in any order. */
export function hasWords(name: string, typed: string): boolean {
	const whole = sameName(name);
	const words = nameWords(typed);
	return words.length > 0 && words.every((word) => whole.includes(word));
}
