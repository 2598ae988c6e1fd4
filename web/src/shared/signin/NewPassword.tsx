// The field for a new password, with what it has to be.
import { PasswordInput } from "@mantine/core";
import { useWords } from "../words/language";
import { signInWords } from "./words";

/** As the server wants it. */
export const PASSWORD_MIN = 12;

export function NewPassword({ short }: { short: boolean }) {
	const t = useWords(signInWords);
	return (
		<PasswordInput
			name="password"
			label={t.newPassword}
			description={t.newPasswordHint}
			autoComplete="new-password"
			error={short ? t.tooShort : undefined}
			required
			size="md"
		/>
	);
}
