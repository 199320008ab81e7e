/** How applications are marked that this program made, so that they can be found and swept again. */

/** The command that made it: `app-submit` or `app-replicate`. Its presence is what "ours" means. */
export const MADE_BY = 'sparkops.dev/made-by'
/** What was made together: one burst, one replication. */
export const RUN = 'sparkops.dev/run'
/** On a copy: the name of the application it is a copy of (label; cut to 63), and in full as an annotation. */
export const COPY_OF = 'sparkops.dev/copy-of'

/** A text as a label's value: at most 63 characters, ending in one that may end it (validation.go of apimachinery). */
export function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
}
