/**
 * What the API server alone writes in metadata, and nobody asks for: left out of copies, and no difference between two
 * objects. Source: ObjectMeta in the API conventions.
 */
export const SERVER_METADATA = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const
