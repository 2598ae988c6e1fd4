// Whom access is for, where it may be nobody in particular.

/** A staff member's name; a grant may name none, and opens for all who support. The same in both languages. */
export function staffName(staff: { name: string } | null | undefined): string {
	return staff?.name ?? "Support";
}
