/** The version of the wording of `alumni` and `confirm`; a new wording gets a new one. */
export const alumniWording = 'alumni-v1';
/** The version of the wording with which a check-in's answer permits more. */
export const answerWording = 'check-in-v1';

/** What a member may wish to hear about; each is a consent of its own. */
export const preferences = ['news', 'positions', 'invitations', 'courses', 'linkedin-group'] as const;
