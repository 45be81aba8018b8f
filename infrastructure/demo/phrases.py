"""What people of the practice write down: pieces that chance puts together."""

THEMES = (
    "the quarterly tax return",
    "setting up payroll",
    "cleaning up last year's books",
    "a loan for new equipment",
    "hiring a first employee",
    "moving to a bigger place",
    "selling online",
    "taking over the family business",
    "a retirement plan for the staff",
    "the cash-flow plan",
    "sales tax in two states",
    "switching the accounting software",
)

TALKED = (
    "Went through {theme} step by step.",
    "{first} had questions about {theme}, mostly about what it costs.",
    "Talked about {theme}; {first} wants to think it over with the family.",
    "{first} is pleased with how {theme} is coming along.",
    "Most of the papers for {theme} are here now, two are missing.",
    "Explained what {theme} means for the next three months.",
    "{first} asked whether {theme} can wait until after the season.",
    "Compared two ways to go about {theme} and settled on the simpler one.",
    "Short check-in on {theme}. Nothing urgent.",
    "{first} was worried about a letter they got; it turned out to be routine.",
    "Business at {business} is picking up, so {theme} matters more now.",
    "Agreed on who does what for {theme}.",
)

HARD = (
    "{first} is unhappy that {theme} takes so long.",
    "The bill came as a surprise. Apologised and explained the hours.",
    "{first} had been told something else by a friend and was short with us.",
    "We missed a date we had promised for {theme}. Made it a priority.",
)

GLAD = (
    "{first} thanked us twice and will mention us to others.",
    "{theme} is done, a week early. {first} was delighted.",
    "Good laugh about the dog that ate a receipt.",
    "{first} said it's the first time somebody explained {theme} plainly.",
)

NEXT = (
    "Send the checklist",
    "Call back with two dates",
    "Ask for the missing bank statements",
    "Prepare a quote",
    "Introduce the loan officer",
    "File the form before the end of the month",
    "Send the summary of what was agreed",
    "Check in after the long weekend",
)

TOPICS = (
    "pricing",
    "payroll",
    "taxes",
    "bookkeeping",
    "deadlines",
    "financing",
    "software",
    "staff",
    "growth",
    "insurance",
)

SUBJECTS = (
    "Papers for {theme}",
    "Question about {theme}",
    "{theme}: next steps",
    "Your visit on Thursday",
    "Invoice for last month",
    "A quick thank you",
    "Two dates for a call",
)

WROTE_IN = (
    "Hi {me},\n\nattached is what I could find for {theme}. Is anything missing?\n\nBest,\n{first}",
    "Hello {me},\n\ncould you tell me what {theme} would cost us, roughly?\n\nThanks,\n{first}",
    "Hi {me},\n\nThursday works. I'll bring the folder.\n\n{first}",
    "{me},\n\nthat answers it. Thank you for being so quick!\n\n{first}",
    "Hi {me},\n\nsorry for the silence, it was a busy month at {business}.\n\n{first}",
)

WROTE_OUT = (
    "Hi {first},\n\nthank you for the papers. Two statements are missing, from March and "
    "April.\n\nBest regards,\n{me}",
    "Hi {first},\n\nhere is what we agreed about {theme}. Tell me if I got something wrong."
    "\n\n{me}",
    "Hi {first},\n\nwould Tuesday at ten or Thursday at two suit you?\n\nBest,\n{me}",
    "Hi {first},\n\njust a reminder that the form is due at the end of the month.\n\n{me}",
    "Hi {first},\n\nall filed. You'll find the confirmation attached.\n\nBest regards,\n{me}",
)

PURPOSES = (
    "Getting to know each other",
    "Kick-off for {theme}",
    "Review of the quarter",
    "Signing the engagement letter",
    "Planning {theme}",
    "Year-end meeting",
)
AGENDA = ("Where things stand", "Open papers", "Costs", "Dates", "Anything else", "Next steps")
PLACES = ("Our office", "At {business}", "Video call", "Corner café", "Town library, room 2")
CANCELLED = ("{first} is ill", "Double booking", "Moved to next month", "Delivery came in between")
MISSED = ("Nobody came", "{first} had the wrong day", "Stuck in traffic, too late to start")
IMPACT = ("Closer than before", "As good as it was", "Some trust was won back", None)

LOCATIONS = ("Our office", "At {business}", "Corner café", None, None)
NON_VERBAL = (
    "Leaned in, kept eye contact",
    "Arms crossed at first, relaxed later",
    "Smiled a lot, showed pictures of the shop",
    "Looked at the clock several times",
)

REASONS = {
    "qualified_lead": ("Fits us, and has the budget", "Asked for an offer", "Good first talk"),
    "opportunity": ("Wants a proposal for {theme}", "Met the whole family", "Quote sent"),
    "active_client": ("Signed the engagement letter", "Said yes on the phone"),
    "past_client": ("Sold the business", "Has an accountant in-house now", "Moved away"),
    "lost_lead": ("Went with a cheaper offer", "Decided to do it alone", "No answer for months"),
    "inactive": ("Paused until next year", "Asked not to be called for a while"),
    "back": ("Called us again", "Came back after a year elsewhere"),
}
