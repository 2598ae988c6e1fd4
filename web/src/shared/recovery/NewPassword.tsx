// The field for a new password, with what it has to be.
import { PasswordInput } from "@mantine/core";
import { signInWords } from "../signin/words";
import { useWords } from "../words/language";

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
