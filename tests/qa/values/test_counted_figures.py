"""Sentences of news: each figure in them, what it counts, and what happened to that."""

import pytest

from articles_qa.qa.values.amounts import Sense
from articles_qa.qa.values.counted_figures import CountedFigure, counted_figures

_SIGNS = {"~": Sense.ABOUT, ">": Sense.MORE_THAN, ">=": Sense.AT_LEAST, "<": Sense.LESS_THAN, "<=": Sense.AT_MOST}

# A sentence; then of each figure in it: as it stands there, what it is worth, the noun counted, what happened.
# Written before the rules were.
SENTENCES: list[tuple[str, list[str]]] = [
    # The war: the five articles' own.
    (
        "The NIS claims over 100 North Korean troops have been killed in Kursk, plus a thousand more injured.",
        ["over 100|> 100|North Korean troops|killed", "a thousand|1000|North Korean troops|injured"],
    ),
    (
        "Zelensky has suggested the casualties could be much higher — possibly as high as 3,000 killed and wounded.",
        ["as high as 3,000|<= 3000||killed+injured"],
    ),
    (
        "Zelensky stated that nearly 3,000 North Korean soldiers have been “killed or wounded” since they began.",
        ["nearly 3,000|< 3000|North Korean soldiers|killed+injured"],
    ),
    (
        "On the same day, Seoul reported 1,100 North Korean casualties, either dead or injured.",
        ["1,100|1100|North Korean casualties|killed+injured"],
    ),
    (
        "A lawmaker stated that around 100 soldiers have died and nearly 1,000 have been injured since being deployed.",
        ["around 100|~ 100|soldiers|killed", "nearly 1,000|< 1000|soldiers|injured"],
    ),
    (
        "Forces suffer losses, with approximately 1,000 troops reportedly killed or wounded in the past week alone.",
        ["approximately 1,000|~ 1000|troops|killed+injured"],
    ),
    (
        "The service had previously put the number of killed or wounded North Koreans at 1,000, saying the rate was high.",
        ["1,000|1000|North Koreans|killed+injured"],
    ),
    (
        "The casualty count is significant, with more than 3,000 soldiers either killed or wounded in the battles.",
        ["more than 3,000|> 3000|soldiers|killed+injured"],
    ),
    (
        "The Russians imported some 12,000 North Korean mercenaries to help with the counter-offensive.",
        ["some 12,000|~ 12000|North Korean mercenaries|deployed"],
    ),
    (
        "Kyiv reports that 12,000 North Korean military personnel, including “about 500 officers and 3 generals,” have been "
        "deployed to Russia’s Kursk region.",
        [
            "12,000|12000|North Korean military personnel|deployed",
            "about 500|~ 500|officers|deployed",
            "3|3|generals|deployed",
        ],
    ),
    (
        "They estimate that between 11,000 and 12,000 North Korean soldiers are currently in Russia.",
        ["between 11,000 and 12,000|11000..12000|North Korean soldiers|deployed"],
    ),
    (
        "Around 12,000 North Korean troops have been deployed to help Russia in its war.",
        ["Around 12,000|~ 12000|North Korean troops|deployed"],
    ),
    (
        "This highlights the toll, with reports estimating more than 10,000 soldiers have been sent to the front lines.",
        ["more than 10,000|> 10000|soldiers|deployed"],
    ),
    (
        "It has been confirmed that one injured North Korean soldier has been captured.",
        ["one|1|North Korean soldier|captured"],
    ),
    (
        "At least 48 marchers in 13 towns were killed on Tuesday.",
        ["At least 48|>= 48|marchers|killed", "13|13|towns|"],
    ),
    ("Some 300 workers at all 12 plants were injured.", ["Some 300|~ 300|workers|injured", "12|12|plants|"]),
    ("Many of the soldiers come from the 11th Corps, a special forces unit known as the Storm Corps.", []),
    ("They identify as Yakuts or Buryats, two Siberian ethnic groups.", ["two|2|Siberian ethnic groups|"]),
    ("Documents seized from three deceased North Korean soldiers were falsified.", ["three|3|North Korean soldiers|killed"]),
    ("He pledged to end the war “within 24 hours” of taking office.", ["24 hours|24 hours||"]),
    # Dead and injured, of any cause.
    (
        "The blast killed at least 12 people and wounded 30 others.",
        ["at least 12|>= 12|people|killed", "30|30|people|injured"],
    ),
    (
        "A bus crash in Peru left 25 dead and dozens injured.",
        ["25|25||killed", "dozens|>= 24||injured"],
    ),
    (
        "Twelve people died and 30 others were hurt when the bridge collapsed.",
        ["Twelve|12|people|killed", "30|30|people|injured"],
    ),
    (
        "The attack, which killed 41 people, including 13 children, was the worst in years.",
        ["41|41|people|killed", "13|13|children|killed"],
    ),
    ("The death toll rose to 52 on Tuesday.", ["52|52||killed"]),
    ("The death toll from the floods climbed from 41 to 52.", ["41|41||killed", "52|52||killed"]),
    ("The number of dead has reached 1,200, the ministry said.", ["1,200|1200||killed"]),
    ("Rescuers pulled the bodies of two dozen miners from the shaft.", ["two dozen|24|miners|killed"]),
    ("At least 200 people were missing after the ferry sank.", ["At least 200|>= 200|people|missing"]),
    ("Between 200 and 300 passengers are feared dead.", ["Between 200 and 300|200..300|passengers|killed"]),
    (
        "Officials said 17 people had been killed, 60 injured and four were still missing.",
        ["17|17|people|killed", "60|60|people|injured", "four|4|people|missing"],
    ),
    ("The quake has claimed more than 2,000 lives.", ["more than 2,000|> 2000|lives|killed"]),
    ("The gunman shot dead three worshippers before he was overpowered.", ["three|3|worshippers|killed"]),
    ("Hospitals have treated several hundred wounded since Sunday.", ["several hundred|>= 300||injured"]),
    ("Police say as many as 80 people may have died in the stampede.", ["as many as 80|<= 80|people|killed"]),
    ("Fewer than 10 people were injured, none seriously.", ["Fewer than 10|< 10|people|injured"]),
    ("A total of 346 people died in the two crashes.", ["346|346|people|killed", "two|2|crashes|"]),
    ("Two firefighters were among the dead.", ["Two|2|firefighters|killed"]),
    ("The storm has caused 14 deaths in Florida.", ["14|14|deaths|killed"]),
    ("There were 9 fatalities and 23 injuries.", ["9|9|fatalities|killed", "23|23|injuries|injured"]),
    ("Israeli strikes killed 28 Palestinians overnight, medics said.", ["28|28|Palestinians|killed"]),
    ("The fire claimed the lives of 11 workers.", ["11|11|workers|killed"]),
    ("More than a dozen people were hospitalised.", ["More than a dozen|> 12|people|hospitalised"]),
    ("Roughly 1.2 million people have been displaced by the fighting.", ["Roughly 1.2 million|~ 1200000|people|displaced"]),
    ("Some 40,000 residents were evacuated as the fire spread.", ["Some 40,000|~ 40000|residents|displaced"]),
    ("Police arrested 63 people in the capital.", ["63|63|people|arrested"]),
    ("More than 300 demonstrators were detained, a rights group said.", ["More than 300|> 300|demonstrators|arrested"]),
    ("Rebels freed 150 hostages on Sunday.", ["150|150|hostages|released"]),
    ("Firefighters rescued eight people from the roof.", ["eight|8|people|rescued"]),
    ("Ukraine says it has captured 594 Russian soldiers.", ["594|594|Russian soldiers|captured"]),
    ("Two soldiers were taken prisoner near the village.", ["Two|2|soldiers|captured"]),
    ("Around 33 miners remain trapped underground.", ["Around 33|~ 33|miners|trapped"]),
    ("The ministry recorded 4,500 new infections.", ["4,500|4500|new infections|infected"]),
    ("Some 700 people have tested positive for the virus.", ["Some 700|~ 700|people|infected"]),
    ("France will send 2,000 troops to Romania.", ["2,000|2000|troops|deployed"]),
    ("The United States has about 28,500 troops stationed in South Korea.", ["about 28,500|~ 28500|troops|deployed"]),
    # Crowds.
    ("Some 5,000 people marched through Berlin.", ["Some 5,000|~ 5000|people|took part"]),
    (
        "Organisers said 50,000 people took part, while police put the crowd at 20,000.",
        ["50,000|50000|people|took part", "20,000|20000|crowd|took part"],
    ),
    ("A crowd of 2,000 gathered outside parliament.", ["2,000|2000|crowd|took part"]),
    ("Tens of thousands of people took to the streets.", ["Tens of thousands|>= 20000|people|took part"]),
    ("A quarter of a million people marched.", ["A quarter of a million|250000|people|took part"]),
    ("Three quarters of a million people marched.", ["Three quarters of a million|750000|people|took part"]),
    ("A million and a half people marched.", ["A million and a half|1500000|people|took part"]),
    ("Two and a half million people marched.", ["Two and a half million|2500000|people|took part"]),
    ("Some 1,4 million people marched.", ["Some 1,4 million|~ 1400000|people|took part"]),
    ("The 2.618.000 refugees marched.", ["2.618.000|2618000|refugees|took part"]),
    ("About half a million protesters rallied in Tel Aviv.", ["About half a million|~ 500000|protesters|took part"]),
    ("Hundreds of students protested on campus.", ["Hundreds|>= 200|students|took part"]),
    ("The rally drew 15,000 supporters.", ["15,000|15000|supporters|took part"]),
    ("Attendance was estimated at 30,000.", ["30,000|30000|Attendance|took part"]),
    # Money.
    ("The company will pay $40 million to settle the case.", ["$40 million|40000000 $||"]),
    ("The bank was fined €1.2bn by regulators.", ["€1.2bn|1200000000 €||"]),
    ("It cost 40 million dollars to build.", ["40 million dollars|40000000 $||"]),
    ("Damage is put at between $2 billion and $3 billion.", ["between $2 billion and $3 billion|2000000000..3000000000 $||"]),
    ("The painting sold for more than £2.5 million.", ["more than £2.5 million|> 2500000 £||"]),
    ("Donors pledged up to US$350m in aid.", ["up to US$350m|<= 350000000 $|aid|"]),
    ("Profits rose to 3.4 billion euros last year.", ["3.4 billion euros|3400000000 €||"]),
    ("The fund lost nearly $7bn in a week.", ["nearly $7bn|< 7000000000 $||"]),
    ("A litre of petrol costs £1.45.", ["£1.45|1.45 £||"]),
    ("He was paid $200-300 a day.", ["$200-300|200..300 $||"]),
    ("The aid package is worth 500 million pounds.", ["500 million pounds|500000000 £||"]),
    # Shares.
    ("Turnout was 61.4 percent, the commission said.", ["61.4 percent|61.4 %||"]),
    ("Some 70% of voters backed the plan.", ["Some 70%|~ 70 %|voters|"]),
    ("A third of the workforce will go.", ["A third|33.3 %|workforce|"]),
    ("Nearly half of households have no water.", ["Nearly half|< 50 %|households|"]),
    ("Two-thirds of the crop was lost.", ["Two-thirds|66.7 %|crop|"]),
    ("Inflation eased to 3.1 per cent in May.", ["3.1 per cent|3.1 %||"]),
    ("Three quarters of respondents disagreed.", ["Three quarters|75 %|respondents|"]),
    ("Between 5 and 10 percent of patients relapse.", ["Between 5 and 10 percent|5..10 %|patients|"]),
    (
        "The party won 32% of the vote, against 28% four years ago.",
        ["32%|32 %|vote|", "28%|28 %|vote|", "four years|4 years||"],
    ),
    # Work, votes, homes, flights, land.
    ("Siemens will cut 6,000 jobs worldwide.", ["6,000|6000|jobs|cut"]),
    ("The carmaker plans to lay off up to 3,500 workers.", ["up to 3,500|<= 3500|workers|cut"]),
    ("About 1,200 employees will lose their jobs.", ["About 1,200|~ 1200|employees|cut"]),
    ("The plant will create 800 new posts.", ["800|800|new posts|created"]),
    ("Parliament passed the bill by 312 votes to 224.", ["312|312|votes|", "224|224||"]),
    ("In all, 58 senators voted in favour and 41 against.", ["58|58|senators|voted for", "41|41|senators|voted against"]),
    ("The storm left 90,000 homes without power.", ["90,000|90000|homes|without power"]),
    ("Around 1.5 million customers lost power.", ["Around 1.5 million|~ 1500000|customers|without power"]),
    ("More than 400 flights were cancelled.", ["More than 400|> 400|flights|cancelled"]),
    ("Lufthansa cancelled 1,300 flights on Monday.", ["1,300|1300|flights|cancelled"]),
    ("Some 250 flights have been delayed.", ["Some 250|~ 250|flights|delayed"]),
    ("The fire has burnt 12,000 hectares of forest.", ["12,000 hectares|12000 hectares|forest|burnt"]),
    ("Flames have scorched almost 30,000 acres.", ["almost 30,000 acres|< 30000 acres||burnt"]),
    ("At least 50 houses were destroyed and 200 damaged.", ["At least 50|>= 50|houses|destroyed", "200|200|houses|damaged"]),
    ("The flood damaged more than 1,000 buildings.", ["more than 1,000|> 1000|buildings|damaged"]),
    ("Customs officers seized 2.3 tonnes of cocaine.", ["2.3 tonnes|2.3 tonnes|cocaine|"]),
    ("Russia fired 120 missiles and 90 drones.", ["120|120|missiles|", "90|90|drones|"]),
    ("Air defences shot down 71 of 88 drones.", ["71|71|drones|shot down", "88|88|drones|shot down"]),
    ("The airline has ordered 30 new aircraft.", ["30|30|new aircraft|"]),
    ("The team scored three goals in the first half.", ["three|3|goals|"]),
    ("The country reported 12 000 cases of cholera.", ["12 000|12000|cases|infected"]),
    ("The shop sells 3k loaves a day.", ["3k|3000|loaves|"]),
    ("A hundred and twenty horses were saved.", ["A hundred and twenty|120|horses|rescued"]),
    ("The herd numbers two hundred.", ["two hundred|200||"]),
    ("Only 45 tickets were sold.", ["45|45|tickets|"]),
    ("The museum had 1.7 million visitors in 2023.", ["1.7 million|1700000|visitors|"]),
    ("The population has fallen below 10,000.", ["below 10,000|< 10000|population|"]),
    # Measures.
    ("Temperatures reached 41.5 degrees on Friday.", ["41.5 degrees|41.5 degrees||"]),
    ("It was minus 5 degrees in Oslo.", ["minus 5 degrees|-5 degrees||"]),
    ("The mercury fell to -12°C overnight.", ["-12°C|-12 °C||"]),
    ("A magnitude 6.8 earthquake struck Morocco.", ["magnitude 6.8|6.8 magnitude||"]),
    ("The quake had a magnitude of 7.1.", ["magnitude of 7.1|7.1 magnitude||"]),
    ("The tremor, measuring 5.4 on the Richter scale, was felt widely.", ["5.4 on the Richter scale|5.4 magnitude||"]),
    ("The epicentre was 70 kilometres south of the city.", ["70 kilometres|70 km||"]),
    ("They walked about 300 miles.", ["about 300 miles|~ 300 miles||"]),
    ("The wall is 3.5 metres high.", ["3.5 metres|3.5 m||"]),
    ("He was jailed for 12 years.", ["12 years|12 years||"]),
    ("The talks lasted more than six hours.", ["more than six hours|> 6 hours||"]),
    ("A 34-year-old man was held.", ["34-year-old|34 years old||"]),
    ("The singer, aged 72, died at home.", ["aged 72|72 years old||"]),
    ("Maria Lopez, 45, saw the crash.", ["45|45 years old||"]),
    ("Winds of up to 180 km/h hit the coast.", ["up to 180 km/h|<= 180 km/h||"]),
    ("The ship carried 20,000 tons of grain.", ["20,000 tons|20000 tons|grain|"]),
    ("The river rose by 2.4m in a day.", ["2.4m|2.4 m||"]),
    # No figures of anything.
    ("The law of 1998 was changed in December 2024.", []),
    ("He was born on 3 May 1961 and left in the 1980s.", []),
    ("Highway 61 was closed at 10:30 p.m.", []),
    ("3 min read", []),
    ("World War II ended on 2 September.", []),
    ("No one was hurt, and one of them laughed.", ["No one|0||injured"]),
    ("The F-16 and the Boeing 737 landed on runway 2.", []),
    ("Article 5 of the treaty covers it.", []),
    ("The 21st century has seen the third such case.", []),
    ("Call 555-0199 or see page 12.", []),
]


# Written once the rules stood, to see how they fare with what they were not made for: 57 of 64 were right at once.
LATER: list[tuple[str, list[str]]] = [
    ("Gunmen on motorbikes have killed at least 40 villagers in central Mali.", ["at least 40|>= 40|villagers|killed"]),
    ("Turkey's president said the number of those killed had passed 35,000.", ["35,000|35000||killed"]),
    ("The toll stands at 19 dead and 120 wounded, according to the mayor.", ["19|19||killed", "120|120||injured"]),
    ("Health officials in Gaza reported 73 deaths in 24 hours.", ["73|73|deaths|killed", "24 hours|24 hours||"]),
    ("Seven children were among the 21 victims.", ["Seven|7|children|", "21|21|victims|killed+injured"]),
    ("An estimated 8,000 people fled their homes.", ["An estimated 8,000|~ 8000|people|displaced"]),
    (
        "The ministry puts Russian losses at more than 700,000 killed and wounded.",
        ["more than 700,000|> 700000||killed+injured"],
    ),
    ("Kyiv said 31,000 Ukrainian soldiers had died since 2022.", ["31,000|31000|Ukrainian soldiers|killed"]),
    ("Both sides exchanged 230 prisoners of war on Friday.", ["230|230|prisoners|captured"]),
    ("Poland has about 200,000 soldiers.", ["about 200,000|~ 200000|soldiers|"]),
    ("Berlin wants to station 5,000 troops in Lithuania by 2027.", ["5,000|5000|troops|deployed"]),
    ("The avalanche buried 14 skiers, killing six.", ["14|14|skiers|", "six|6|skiers|killed"]),
    ("A landslide killed nine and left 47 missing.", ["nine|9||killed", "47|47||missing"]),
    ("Forty-two migrants drowned off Tunisia.", ["Forty-two|42|migrants|killed"]),
    ("Coastguards rescued 186 migrants from two boats.", ["186|186|migrants|rescued", "two|2|boats|"]),
    (
        "At least 3 people were shot dead and 11 wounded at a nightclub.",
        ["At least 3|>= 3|people|killed", "11|11|people|injured"],
    ),
    ("Police detained over 1,000 protesters across Russia.", ["over 1,000|> 1000|protesters|arrested"]),
    ("A million people joined the march, the unions said.", ["A million|1000000|people|took part"]),
    ("The interior ministry counted 480,000 demonstrators nationwide.", ["480,000|480000|demonstrators|took part"]),
    ("Only a few dozen people turned up.", ["a few dozen|>= 36|people|"]),
    ("Up to 10,000 fans are expected.", ["Up to 10,000|<= 10000|fans|"]),
    ("Boeing is cutting 17,000 jobs, or 10% of its workforce.", ["17,000|17000|jobs|cut", "10%|10 %|workforce|"]),
    ("Volkswagen wants to shed 35,000 posts by 2030.", ["35,000|35000|posts|cut"]),
    ("Amazon laid off 18,000 people in January.", ["18,000|18000|people|cut"]),
    ("The firm employs 4,300 people in 12 countries.", ["4,300|4300|people|", "12|12|countries|"]),
    (
        "The strike grounded 800 flights and stranded 100,000 passengers.",
        ["800|800|flights|cancelled", "100,000|100000|passengers|"],
    ),
    ("Ryanair said 400 of its flights had been scrapped.", ["400|400|flights|cancelled"]),
    ("More than 2m homes lost power in Texas.", ["More than 2m|> 2000000|homes|without power"]),
    ("Some 60,000 households are still without electricity.", ["Some 60,000|~ 60000|households|without power"]),
    ("The blaze has consumed 4,000 acres.", ["4,000 acres|4000 acres||"]),
    ("Over 300 square kilometres of forest have burned.", ["Over 300 square kilometres|> 300 km²|forest|burnt"]),
    ("Some 1,300 homes have been destroyed by the flames.", ["Some 1,300|~ 1300|homes|destroyed"]),
    ("The merger is valued at $13.4bn.", ["$13.4bn|13400000000 $||"]),
    ("Google was ordered to pay a €2.42 billion fine.", ["€2.42 billion|2420000000 €||"]),
    ("Ticket prices start at £20 and go up to £150.", ["£20|20 £||", "up to £150|<= 150 £||"]),
    ("The yen fell to 155 against the dollar.", ["155|155||"]),
    ("Shares dropped 4.5% on Monday.", ["4.5%|4.5 %||"]),
    ("Unemployment rose from 4.1 to 4.3 percent.", ["4.1|4.1||", "4.3 percent|4.3 %||"]),
    ("One in five adults smokes.", []),
    ("Four out of ten Germans agree.", ["Four|4||", "ten|10|Germans|"]),
    ("More than three quarters of members voted to strike.", ["More than three quarters|> 75 %|members|"]),
    ("She won 52.3% to his 47.7%.", ["52.3%|52.3 %||", "47.7%|47.7 %||"]),
    ("The motion was rejected by 149 votes against 112.", ["149|149|votes|", "112|112|votes|"]),
    ("Biden took 306 electoral votes.", ["306|306|electoral votes|"]),
    ("Lawmakers voted 217-213 to pass it.", []),
    ("The temperature hit 49.6C in Lytton.", ["49.6C|49.6 °C||"]),
    ("Highs of 35 to 38 degrees Celsius are forecast.", ["35 to 38 degrees Celsius|35..38 °C||"]),
    ("A 7.8-magnitude quake hit Nepal.", ["7.8-magnitude|7.8 magnitude||"]),
    ("The plane vanished 40 minutes after take-off.", ["40 minutes|40 minutes||"]),
    ("She was sentenced to four and a half years.", ["four and a half years|4.5 years||"]),
    ("He turned 80 in May.", ["80|80||"]),
    ("The victim was a 19-year-old student.", ["19-year-old|19 years old||"]),
    ("The pipeline runs for 1,230km.", ["1,230km|1230 km||"]),
    ("Waves up to six metres high battered the shore.", ["up to six metres|<= 6 m||"]),
    ("The country exports 2.5 million barrels of oil a day.", ["2.5 million barrels|2500000 barrels|oil|"]),
    ("Farmers destroyed 600 tonnes of tomatoes.", ["600 tonnes|600 tonnes|tomatoes|destroyed"]),
    ("Measles cases rose to 1,046 in the state.", ["1,046|1046||infected"]),
    ("Doctors have vaccinated 72,000 children.", ["72,000|72000|children|"]),
    ("The band has sold 20 million albums.", ["20 million|20000000|albums|"]),
    ("Messi scored twice and Alvarez added a third.", []),
    ("The book runs to 640 pages.", ["640|640|pages|"]),
    ("Chapter 11 protection was sought on 4 July 2023.", []),
    ("The G7 and the EU27 met at 9am in Room 12.", []),
    ("Between 60,000 and 80,000 people are thought to have been exposed.", ["Between 60,000 and 80,000|60000..80000|people|"]),
]


def _read(notation: str, text: str) -> tuple[str, float, float, Sense, str, str, str]:
    value, worth, noun, events = notation.split("|")
    assert value in text
    sign, _, rest = worth.partition(" ") if worth.split()[0] in _SIGNS else ("", "", worth)
    number, _, unit = rest.partition(" ")
    low, _, high = number.partition("..")
    sense = _SIGNS.get(sign, Sense.RANGE if high else Sense.EXACT)
    return value, float(low), float(high or low), sense, unit, noun, events


def _told(figure: CountedFigure, text: str) -> tuple[str, float, float, Sense, str, str, str]:
    amount = figure.amount
    counted = figure.counted.cut(text) if figure.counted else ""
    events = "+".join(event.value for event in figure.events)
    return amount.span.cut(text), amount.low, amount.high, amount.sense, amount.unit, counted, events


@pytest.mark.parametrize(("text", "expected"), SENTENCES + LATER, ids=[text[:60] for text, _ in SENTENCES + LATER])
def test_each_figure_is_read_with_what_it_counts(text: str, expected: list[str]) -> None:
    assert [_told(figure, text) for figure in counted_figures(text)] == [_read(notation, text) for notation in expected]
