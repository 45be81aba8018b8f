"""The built-in rapport tactics: what to do, and what research found about it.

Each row is an id, a name, a domain, a description and the evidence. The first two rows are those of
the rapport document. Names and texts may be improved; ids stay, and no row is ever taken out.
"""

Row = tuple[str, str, str, str, str]

COMMUNICATION = "Communication Studies"
SOCIAL = "Social Psychology"
PERSUASION = "Persuasion and Influence"

ROWS: tuple[Row, ...] = (
    (
        "a1b2c3d4-e5f6-7890-1234-567890abcdef",
        "Active Listening (Validation/Paraphrasing)",
        COMMUNICATION,
        "Restating the speaker's message and reflecting their feelings before adding anything of "
        "one's own, so that they can tell they were understood.",
        "In first conversations, people whose partner paraphrased felt better understood than "
        "those who got advice or plain acknowledgements (Weger et al., 2014).",
    ),
    (
        "b2c3d4e5-f6a7-8901-2345-67890abcdef0",
        "Finding Similarity (Liking Principle)",
        PERSUASION,
        "Identifying and highlighting shared interests, backgrounds, or values, as long as they "
        "are real ones.",
        "A meta-analysis of over three hundred studies found that both actual and perceived "
        "similarity go with attraction in first encounters (Montoya, Horton & Kirchner, 2008).",
    ),
    (
        "193bcd15-90c9-4355-8388-3ce089d7a232",
        "Follow-Up Questions",
        COMMUNICATION,
        "Asking about what the other person has just said instead of moving on to the next topic.",
        "People who asked more questions, follow-up questions above all, were liked better in "
        "live chats and got more second dates at speed dating (Huang et al., 2017).",
    ),
    (
        "726946f3-755f-46ff-95f8-3aca0bcc6f4d",
        "Reciprocal Self-Disclosure",
        SOCIAL,
        "Sharing something personal step by step and in turns, a little deeper each time the "
        "other person does the same.",
        "Strangers who disclosed in turns liked each other more than those of whom one spoke and "
        "one listened, even after the roles were swapped (Sprecher et al., 2013).",
    ),
    (
        "0a4c3b63-e1ca-47fe-9ac8-142b013d2e2b",
        "Behavioral Mirroring",
        SOCIAL,
        "Letting one's posture, gestures and tempo follow the other person's, discreetly and with "
        "a delay.",
        "Participants whose mannerisms a confederate had mirrored found the interaction smoother "
        "and liked the confederate more (Chartrand & Bargh, 1999).",
    ),
    (
        "3e672b68-88f1-4bd6-9aa2-e1e539dfb908",
        "Nonverbal Immediacy",
        COMMUNICATION,
        "Showing attention with the body: facing the person, eye contact, nodding, smiling, an "
        "open posture.",
        "Across some eighty studies of teaching, immediacy went with far more liking for the "
        "teacher and the subject (Witt, Wheeless & Allen, 2004).",
    ),
    (
        "a049e099-0add-4273-98df-99140e21d272",
        "Remembering and Using Names",
        PERSUASION,
        "Learning the other person's name, and using it where it comes naturally.",
        "Students whose name their professor remembered were readier to do him a favor, "
        "and took being remembered for a compliment (Howard, Gengler & Jain, 1995).",
    ),
    (
        "0abaf694-a176-4e15-ae45-58a715f01292",
        "Unasked Favor (Reciprocity Principle)",
        PERSUASION,
        "Giving something small and useful first, without being asked and without conditions.",
        "People who had been brought an unasked drink bought about twice as many raffle tickets "
        "from the giver as those who hadn't (Regan, 1971).",
    ),
    (
        "adf2d736-21d4-4576-a684-73cd61f14747",
        "Sincere Compliment",
        PERSUASION,
        "Naming something specific the other person did or chose well.",
        "A compliment made people readier to do a favor, by their wish to give something back "
        "rather than by liking alone (Grant, Fabrigar & Lim, 2010).",
    ),
    (
        "b0135cd3-84b7-46ed-b84b-111a7c61e36d",
        "Active-Constructive Responding",
        SOCIAL,
        "Meeting good news with interest and questions, so that the other person can relive it.",
        "Partners who responded to good news with enthusiasm had closer and more satisfying "
        "relationships than those who were passive or critical (Gable et al., 2004).",
    ),
    (
        "1cc66863-dc96-477f-b9c3-59647efe87b1",
        "Perspective-Taking",
        SOCIAL,
        "Working out beforehand, and checking in the conversation, how the matter looks from the "
        "other side.",
        "Negotiators told to consider what the other side thinks found agreements hidden in its "
        "interests more often than those told to empathise (Galinsky et al., 2008).",
    ),
    (
        "5e87fcc2-1553-48e4-bbcd-5e0513995d2c",
        "Getting Acquainted First",
        PERSUASION,
        "Spending the first minutes on each other instead of the matter, especially before "
        "working together in writing.",
        "Negotiators by e-mail who first chatted for a few minutes on the phone built more rapport "
        "and did better together (Morris et al., 2002).",
    ),
    (
        "09b164e6-7452-40a0-992e-cfa9d41309b3",
        "Language Style Matching (Accommodation)",
        COMMUNICATION,
        "Taking up the other person's level of formality, pace and way of speaking.",
        "Pairs whose function words matched more closely were more likely to want to meet again, "
        "and couples to stay together (Ireland et al., 2011).",
    ),
    (
        "05d683b3-abf6-4114-b4a0-fd84ee22cafb",
        "Affirming Freedom of Choice",
        PERSUASION,
        "Saying with a request that the other person is free to decline, and meaning it.",
        "Over forty-two studies, telling people that they are free to refuse made them more "
        "willing to agree (Carpenter, 2013).",
    ),
    (
        "900db320-4e23-47c6-943b-2f6cd3db9f24",
        "Expressing Gratitude",
        SOCIAL,
        "Thanking for something in particular and saying what it made possible.",
        "People whom a stranger had thanked for their advice saw that stranger as warmer, and more "
        "often left a way to stay in touch (Williams & Bartlett, 2015).",
    ),
    (
        "f9db1ef7-b7d4-435d-b870-f9570cf5796d",
        "Person-Centered Support",
        COMMUNICATION,
        "When somebody is troubled: naming and legitimising what they feel before offering "
        "perspective or advice.",
        "A meta-analysis found that the more support acknowledges and elaborates feelings, the "
        "more helpful those who receive it find it (High & Dillard, 2012).",
    ),
)
