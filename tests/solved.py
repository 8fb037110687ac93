"""Reference solutions of the exercises, and typical mistakes. They are nowhere else.

`SOLUTIONS` maps the grade_id of an exercise's cell to the source that replaces it. `WRONG` maps it
to two or more mistakes: what to replace in the solution and by what, or the whole answer; and words
that the check's hint must contain.
"""

SOLUTIONS = {}
WRONG = {}
ABOUT_REAL_DATA = {"exercise-1-2", "exercise-1-5", "exercise-3-4"}  # solved on the real comments

# ---------------------------------------------------------------- lab 1: labeling functions

SOLUTIONS["exercise-1-1"] = '''\
@labeling_function()
def my_subscribe(x):
    """Spammers ask for subscribers."""
    return SPAM if "subscribe" in x.text.lower() else ABSTAIN
'''
WRONG["exercise-1-1"] = [
    (".lower()", "", "in 'SUBSCRIBE TO ME': search all of x.text.lower()"),
    ('"subscribe" in', '"s" in', "comments without the word, too"),
]

SOLUTIONS["exercise-1-2"] = '''\
@labeling_function()
def my_ham_lf(x):
    """Fans talk about the song and the people in the video, and ask for nothing."""
    about = r"(?i)\\b(?:song|video|he|she|his|her|love|this|views?|lol|best)\\b"
    asks = r"(?i)http|www|\\.com|check|subscri|channel|please|guys|\\b(?:my|you)\\b"
    about, asks = re.search(about, x.text), re.search(asks, x.text)
    return HAM if about and not asks else ABSTAIN
'''
WRONG["exercise-1-2"] = [
    ("about and not asks", "len(x.text) < 60", "% of its votes are right on dev: it says HAM to"),
    ("|he|she|his|her|love|this|views?|lol|best)", ")", "find a rule for 10% or more"),
]

SOLUTIONS["exercise-1-3"] = """\
majority = count_votes(L_train)
my_texts, my_labels = df_train.text[majority != ABSTAIN], majority[majority != ABSTAIN]
"""
WRONG["exercise-1-3"] = [
    ("df_train.text[majority != ABSTAIN]", "df_train.text", "filter both in the same way"),
    ("majority != ABSTAIN", "(L_train != ABSTAIN).any(axis=1)", "labels are -1"),
]

SOLUTIONS["exercise-1-4"] = """\
levels = df_dev.llm.quantile(np.arange(0.05, 1, 0.05)).tolist()


def right_on_dev(pair):
    cast = np.select([df_dev.llm >= pair[1], df_dev.llm <= pair[0]], [SPAM, HAM], ABSTAIN)
    voted = cast != ABSTAIN
    return (cast == df_dev.label)[voted].mean() if voted.mean() >= 0.6 else 0


pairs = [(low, high) for low in levels for high in levels if low < high]
my_low, my_high = max(pairs, key=right_on_dev)
"""
WRONG["exercise-1-4"] = [
    ("my_low, my_high = LOW, HIGH", "60% are needed: move the thresholds together"),
    ("my_low, my_high = df_dev.llm.quantile([0.5, 0.501])", "85% should be"),
]

SOLUTIONS["exercise-1-5"] = """\
@labeling_function()
def my_lf(x):
    \"\"\"Who talks about a channel means his own.\"\"\"
    return SPAM if "channel" in x.text.lower() else ABSTAIN
"""
WRONG["exercise-1-5"] = [
    ('"channel" in x.text.lower()', "len(x.text.split()) > 20", "90% should be"),
    ('"channel"', '"subscribe to my"', "aim where they fail"),
]

SOLUTIONS["exercise-1-6"] = """\
TROUBLE = r"can't|cannot|fail|error|locked|stolen|alarm|smoke|smell|water|spark|dropped"
TROUBLE += r"|\\b(?:down|off)\\b"
NOW = r"\\bnow\\b|minutes|\\bhour|tonight|midnight|since|this morning|exam|deadline|waiting"
NOW += r"|\\d:\\d\\d"
WISH = r"would (?:like|love)|i'd (?:like|love)|could you|could someone|is there|how|what|which"
WISH += r"|do (?:you|we|i)\\b"


@labeling_function()
def my_first(x):
    \"\"\"What fails, burns or is gone needs somebody.\"\"\"
    return 1 if re.search(TROUBLE, x.text, re.IGNORECASE) else ABSTAIN


@labeling_function()
def my_second(x):
    \"\"\"Who writes about minutes and hours cannot wait.\"\"\"
    return 1 if re.search(NOW, x.text, re.IGNORECASE) else ABSTAIN


@labeling_function()
def my_third(x):
    \"\"\"Wishes and questions can wait.\"\"\"
    return 0 if re.search(WISH, x.text, re.IGNORECASE) else ABSTAIN


my_lfs = [my_first, my_second, my_third]
"""
WRONG["exercise-1-6"] = [
    ("return 0", "return 1", "all votes are for one class"),
    ("return 0 if", "return 0 if not", "a row without a majority counts as the larger class"),
]

# ---------------------------------------------------------------- lab 2: transformation functions

SOLUTIONS["exercise-2-1"] = '''\
@transformation_function()
def my_number(x):
    """Whether it is ten views or a hundred, the comment is of the same kind."""
    if not re.search(r"[0-9]+", x.text):
        return None
    x.text = re.sub(r"[0-9]+", str(np.random.randint(1, 1000)), x.text, count=1)
    return x
'''
WRONG["exercise-2-1"] = [
    ("count=1", "count=0", "it changes more than one number"),
    ("[0-9]+", "[0-9]", "it changes one digit of a number"),
    ("str(np.random.randint(1, 1000))", '"734"', "it puts the same number everywhere"),
]

SOLUTIONS["exercise-2-2"] = """\
my_suspects = list(harm.index[harm["right → wrong"] > 5])
"""
WRONG["exercise-2-2"] = [
    ("my_suspects = 'tf_crop'", "make it a list of names"),
    ("> 5", "> 0.05", "are not above 5 %"),
]

SOLUTIONS["exercise-2-3"] = """\
my_probabilities = np.where(names == "tf_reword", 2.0, np.where(names == "tf_crop", 0.0, 1.0))
my_probabilities /= my_probabilities.sum()
"""
WRONG["exercise-2-3"] = [
    ("my_probabilities /= my_probabilities.sum()", "", "divide by the sum"),
    ("0.0", "-1.0", "no number from 0 up for tf_crop"),
    ("0.0, 1.0))", "0.0, 1.0))[None]", "its shape is (1, 4)"),
]

SOLUTIONS["exercise-2-4"] = '''\
@transformation_function()
def my_disguise(x):
    """A word with its inner letters turned around can still be read, so the class stays."""
    text = re.sub(
        "([A-Za-z])([A-Za-z]{2,})([A-Za-z])", lambda w: w[1] + w[2][::-1] + w[3], x.text
    )
    if text == x.text:
        return None
    x.text = text
    return x
'''
WRONG["exercise-2-4"] = [
    ("return None", "return x", "return None where nothing changes"),
    ("text == x.text", "x.label == HAM", "Judge by x.text alone"),
]

SOLUTIONS["exercise-2-5"] = """\
five_gains = video_gains.loc["linear", 100].to_numpy()
my_interval = stats.ttest_1samp(five_gains, 0).confidence_interval()
my_verdict = bool(my_interval.low > 0 or my_interval.high < 0)
"""
FIVE = "my_verdict, g = False, video_gains.loc['linear', 100]\nmy_interval = "
WRONG["exercise-2-5"] = [
    (FIVE + "stats.t.interval(0.95, 4, g.mean(), g.std())", "/ root of n"),
    (FIVE + "stats.norm.interval(0.95, g.mean(), g.sem())", "Student's t: 2.78, not 1.96"),
]

# ---------------------------------------------------------------- lab 3: slicing functions

SOLUTIONS["exercise-3-1"] = '''\
@slicing_function()
def my_question(x):
    """Questions deserve an answer, so nobody should remove them by mistake."""
    return "?" in x.text
'''
WRONG["exercise-3-1"] = [
    ('"?" in x.text', 'x.text.endswith("?")', "it leaves out 20 with"),
    ('"?" in x.text', 're.search("[?]", x.text)', "It must return True or False"),
]

SOLUTIONS["exercise-3-2"] = """\
spam_inside = members.sf_no_promotion & (gold == SPAM)
my_missed_share = (preds[spam_inside] == HAM).mean()
"""
WRONG["exercise-3-2"] = [
    (".mean()", ".sum() / members.sf_no_promotion.sum()", "divided by all spam of the slice"),
    (".mean()", ".sum() / (gold == SPAM).sum()", "the number differs"),
]

SOLUTIONS["exercise-3-3"] = '''\
worst = suspects.sort_values("surprise", ascending=False).head(8).index
WORST = re.compile(r"(?i)\\b(?:" + "|".join(map(re.escape, worst)) + r")\\b")


@slicing_function()
def my_slice(x):
    """The words of the suspects, whatever they mean."""
    return bool(WORST.search(x.text))
'''
WRONG["exercise-3-3"] = [
    ("WORST.search(x.text)", "x.label == SPAM", "Judge by x.text alone"),
    ("WORST.search(x.text)", '"q" in x.text', "the interval must be below"),
]

SOLUTIONS["exercise-3-4"] = '''\
@labeling_function()
def my_lf(x):
    """Short means few characters: a link is long."""
    return HAM if len(x.text) < 20 else ABSTAIN


my_lfs = [lf for lf in simple_lfs if lf is not lf_short] + [my_lf]
'''
WRONG["exercise-3-4"] = [
    ("my_lfs = [*simple_lfs, lf_link]", "Find one of your own"),
    (
        "my_lf = labeling_function()(lambda x: SPAM if 'subscribe' in x.text else ABSTAIN)\n"
        "my_lfs = [*simple_lfs, my_lf]",
        "Links must gain 30 points",
    ),
]

SOLUTIONS["exercise-3-5"] = '''\
def my_alarm(n, low, high, overall):
    """Return whether a cell raises an alarm."""
    return n >= 20 and high < overall
'''
WRONG["exercise-3-5"] = [
    ("high < overall", "high <= overall", "not below, but equal"),
    ("n >= 20 and ", "", "19 comments are too few"),
]
