"""What a result of a photo or clip has not kept, in sentences, as translators see them; see `error_sentences`."""

NOTES = (
    "The clip of the motion photo was kept as it is: it still shows the rain.",
    "The clip of the motion photo was derained too.",
    "No rain was found in the clip of the motion photo; it was kept as it is.",
    "The clip of the motion photo could not be derained; it was kept as it is: it still shows the rain.",
    "The clip of the motion photo is left out.",
    "The clip of the Live Photo was copied beside the result as it is: it still shows the rain.",
    "The clip of the Live Photo was derained too; it lies beside the result.",
    "No rain was found in the clip of the Live Photo; it was copied beside the result as it is.",
    "The clip of the Live Photo could not be derained; it was copied as it is: it still shows the rain.",
    "This is a Live Photo: its clip is a file of its own, which is not in this result.",
    "The gain map, which makes the photo brighter on HDR screens, is left out.",
    "The depth map is left out.",
    "Further pictures in the file (second view, preview) are left out.",
    "No rain was found in {frames} frames from all over the clip.",
)
