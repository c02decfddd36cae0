// Written by scripts/samples.py: a small data set for `recurrent train translate`. German sentences and, line by line, the English ones.

extension Samples {
  static let translateSource = #"""
er sagt , dass ich die birne kaufe .
oft findet der lehrer einen neuen brief .
er liest den brief .
sie arbeitet , weil das kleine kind lacht .
sie glaubt , dass ich die katze finden will .
ein mann schläft , weil eine frau lacht .
ich weiß , dass die frau ein buch gelesen hat .
dann essen wir die kleine birne .
sie glaubt , dass der alte mann die birne kaufen muss .
ich muss den neuen brief sehen .
der mann hat gelacht .
ein alter mann kann einen apfel essen .
er schläft , weil ich einen hund hören will .
eine alte frau singt , weil wir den brief lesen .
jetzt hat der mann einen hund gefunden .
sie hört den wagen .
dann sieht ein alter lehrer einen hund .
er liest den brief nicht .
oft isst sie die birne .
er kauft ein ei .
eine frau arbeitet , weil er die katze gehört hat .
oft kauft der mann das ei .
er sagt , dass der alte mann den hund nicht sieht .
das kind kann singen .
ich weiß , dass eine frau die kleine blume findet .
sie schläft nicht .
ich lese eine zeitung .
sie lacht , weil die frau die blume sieht .
dann hat eine frau gelacht .
sie glaubt , dass der neue lehrer lachen muss .
ein mann lacht , weil ich eine alte katze sehe .
er arbeitet .
eine frau singt , weil wir ein buch lesen wollen .
sie kauft einen apfel .
dann hat der mann ein ei gefunden .
eine frau hat den alten wagen gehört .
heute singen wir .
eine alte frau hat einen wagen gekauft .
der mann arbeitet nicht .
er kauft die birne .
das kind schläft , weil sie lachen kann .
die frau liest einen brief .
sie hat eine blume gefunden .
jetzt kauft ein mann die blume nicht .
der mann findet den alten hund nicht .
ich weiß , dass das kind die blume gekauft hat .
das kind findet die katze .
wir singen , weil ich ein buch sehe .
wir arbeiten , weil ein mann geschlafen hat .
er hat den brief gesehen .
er findet die blume .
ich habe ein kleines pferd gesehen .
sie glaubt , dass ein kind die blume gefunden hat .
jetzt sehe ich das buch .
das kind lacht .
ein kind lacht , weil die frau schlafen kann .
der alte lehrer singt , weil ein kind den hund gefunden hat .
ein lehrer liest eine zeitung .
sie arbeitet , weil er ein ei gegessen hat .
ein mann singt , weil ich das kleine ei nicht finde .
heute hat sie die birne gegessen .
oft findet ein lehrer den neuen brief .
er sagt , dass der lehrer lacht .
sie lacht , weil eine frau die birne gegessen hat .
er singt , weil der mann das kleine ei nicht isst .
sie lacht , weil ein alter mann eine birne gegessen hat .
heute haben wir geschlafen .
der lehrer lacht , weil ein mann die katze findet .
sie glaubt , dass wir die blume sehen .
ein kind singt , weil ich die katze gehört habe .
er arbeitet , weil die frau einen hund findet .
ich singe , weil der mann die birne isst .
die frau singt , weil er die zeitung kauft .
jetzt hat sie einen hund gesehen .
sie schläft , weil der mann den brief liest .
heute höre ich ein lied .
oft isst eine frau das ei .
jetzt haben wir eine birne gegessen .
ein mann will einen brief sehen .
ich sehe eine blume .
ich habe das pferd gesehen .
er sagt , dass die frau den apfel gegessen hat .
heute liest ein lehrer das buch nicht .
wir singen , weil er den brief liest .
jetzt sehe ich einen wagen .
ein mann arbeitet .
heute findet eine frau den hund nicht .
ich weiß , dass die frau das buch nicht liest .
jetzt findet ein kleines kind die blume .
wir singen , weil sie das lied hört .
der mann will ein ei finden .
dann liest sie die zeitung .
ich kann den apfel essen .
die frau singt , weil sie einen wagen hören muss .
das kind lacht , weil eine frau lacht .
der lehrer singt , weil ein kind den brief lesen will .
er sagt , dass das kind das pferd hört .
dann singt der mann .
der mann arbeitet , weil ein kind einen hund hört .
sie will eine zeitung lesen .
jetzt isst die frau das ei nicht .
der alte mann liest den brief .
sie findet die katze .
sie glaubt , dass die frau das buch gekauft hat .
dann liest ein kind den neuen brief .
die frau liest die zeitung .
ein kind lacht , weil ich lachen muss .
ich schlafe .
ein mann lacht , weil eine frau arbeiten will .
oft muss er die blume finden .
die frau muss eine katze sehen .
dann findet der mann die kleine katze .
der lehrer singt , weil die frau schläft .
oft isst er eine birne .
er sagt , dass er den wagen hören muss .
sie singt , weil der lehrer gelacht hat .
dann isst eine alte frau die birne .
ein lehrer lacht , weil das kind eine katze gehört hat .
sie glaubt , dass der mann gesungen hat .
er kauft das pferd nicht .
jetzt findet die frau den brief .
der mann arbeitet .
jetzt hört er die katze .
dann finden wir das ei nicht .
ich weiß , dass das kind die blume kaufen will .
sie glaubt , dass der mann das lied hört .
sie glaubt , dass die frau das pferd sieht .
der alte mann isst ein ei .
wir lachen .
ich weiß , dass ein mann die schöne blume findet .
er arbeitet , weil er einen alten hund sieht .
er sagt , dass das kind einen brief liest .
ich habe den apfel gekauft .
der alte lehrer arbeitet , weil sie geschlafen hat .
ein mann arbeitet , weil wir die zeitung lesen .
sie glaubt , dass sie das pferd gesehen hat .
ein lehrer liest die neue zeitung nicht .
ich weiß , dass wir ein kleines ei essen .
wir finden eine katze .
das kind schläft , weil ein lehrer einen brief liest .
ein mann hat gearbeitet .
ein mann kauft das ei nicht .
ich weiß , dass er das buch gesehen hat .
heute sehen wir das pferd .
heute kauft er die zeitung .
oft kann er das buch lesen .
sie schläft , weil die alte frau einen kleinen hund sieht .
das kind arbeitet , weil die frau die katze nicht findet .
heute lese ich die zeitung .
ich weiß , dass wir ein pferd sehen .
sie schläft , weil das kind einen wagen kaufen kann .
sie hat ein pferd gehört .
eine frau hat das ei gegessen .
jetzt kann eine alte frau die zeitung lesen .
sie lacht .
sie glaubt , dass die frau einen brief liest .
das kind singt , weil der neue lehrer einen neuen brief lesen will .
ich weiß , dass sie eine alte zeitung lesen will .
ein mann singt , weil wir die zeitung nicht kaufen .
ein mann lacht , weil ich das pferd kaufe .
heute habe ich einen kleinen apfel gegessen .
sie hört die katze .
ich weiß , dass wir eine zeitung kaufen .
ein kleines kind singt , weil ein alter lehrer den brief nicht findet .
wir müssen ein pferd sehen .
sie glaubt , dass wir das ei finden können .
ein mann arbeitet , weil er das buch sieht .
ich kann einen brief lesen .
sie glaubt , dass ein kind eine kleine birne gegessen hat .
er lacht , weil sie die kleine birne gegessen hat .
heute isst ein alter mann eine birne .
ein kind schläft , weil die alte frau das pferd sieht .
jetzt will eine alte frau den hund hören .
er arbeitet , weil der mann einen neuen brief liest .
ein kind lacht , weil sie den alten wagen hört .
heute findet er ein kleines ei .
sie liest einen brief .
eine frau lacht , weil das kind die zeitung nicht liest .
er sagt , dass ein lehrer den hund nicht findet .
jetzt hat das kind eine zeitung gelesen .
der alte mann hat einen neuen brief gesehen .
ich esse die birne .
ein lehrer lacht , weil die frau die birne isst .
sie glaubt , dass sie eine birne isst .
wir müssen das buch kaufen .
er sagt , dass ein mann lacht .
oft liest das kind den brief .
sie glaubt , dass sie eine katze hören muss .
ein kind arbeitet , weil ein lehrer die birne kauft .
der lehrer singt , weil der alte mann das buch sehen muss .
das kleine kind lacht .
ein mann arbeitet , weil sie die blume findet .
ich lache , weil er schlafen kann .
der mann arbeitet , weil das kind einen hund hören kann .
die frau findet einen brief .
er sagt , dass der alte lehrer die zeitung lesen kann .
oft kann er die schöne blume kaufen .
ein kind schläft , weil die alte frau singen will .
ein kind singt , weil sie ein ei gegessen hat .
er hat den brief gefunden .
er singt , weil er gesungen hat .
heute hat er gearbeitet .
der alte lehrer arbeitet , weil ich geschlafen habe .
heute hört sie ein schönes pferd .
die frau muss ein ei essen .
jetzt kann er eine blume finden .
die frau arbeitet , weil der mann einen wagen sieht .
ein mann arbeitet nicht .
der lehrer singt , weil ein mann die birne nicht isst .
der neue lehrer singt , weil ein kind singt .
der neue lehrer will den brief lesen .
der alte lehrer kann eine katze finden .
jetzt schläft er nicht .
ich weiß , dass der alte lehrer ein buch lesen muss .
sie lacht , weil sie lacht .
heute hat das kind das neue buch gelesen .
ein lehrer hat den brief gelesen .
ich esse das ei .
er muss den apfel essen .
ich weiß , dass er einen neuen brief sieht .
sie glaubt , dass eine frau einen kleinen hund sieht .
ich weiß , dass wir ein ei kaufen wollen .
er sagt , dass wir ein ei gekauft haben .
ein lehrer arbeitet , weil ein mann eine zeitung gekauft hat .
er sagt , dass sie eine birne essen will .
das kleine kind singt , weil wir das ei essen .
die frau sieht den alten wagen .
sie glaubt , dass eine frau das lied nicht hört .
die alte frau singt , weil der alte lehrer ein buch liest .
heute kann sie einen apfel kaufen .
oft finden wir den brief .
sie arbeitet , weil ein lehrer eine blume gefunden hat .
wir können einen brief finden .
der mann lacht , weil das kind einen wagen hört .
dann isst der mann ein ei .
ich schlafe , weil ein kleines kind die kleine birne gekauft hat .
der lehrer isst das ei .
eine frau hat das buch gelesen .
sie kauft das ei .
sie lacht , weil ein lehrer eine kleine birne kauft .
ein mann hört ein pferd .
ein mann arbeitet , weil wir die zeitung nicht lesen .
jetzt habe ich einen hund gesehen .
heute liest die frau eine zeitung .
er sagt , dass der mann eine birne kauft .
oft essen wir das ei .
der lehrer lacht , weil eine frau einen apfel kauft .
heute arbeiten wir .
ich weiß , dass eine frau eine zeitung lesen will .
ich weiß , dass wir einen apfel essen können .
die frau schläft , weil der mann den wagen hört .
wir finden den hund .
eine alte frau lacht , weil das kind schläft .
die frau singt , weil das kleine kind nicht schläft .
jetzt schläft sie .
das kind hat eine blume gesehen .
jetzt hat sie gelacht .
er sagt , dass ein lehrer lacht .
die alte frau hat die alte zeitung gekauft .
er hat eine zeitung gelesen .
sie glaubt , dass er ein altes buch gekauft hat .
oft sehen wir ein pferd .
wir lachen , weil sie den hund sehen kann .
ich weiß , dass sie die alte zeitung nicht liest .
er sagt , dass wir eine zeitung lesen können .
sie glaubt , dass der mann lachen will .
sie glaubt , dass der alte lehrer die zeitung nicht liest .
der lehrer singt , weil die frau die neue zeitung liest .
der neue lehrer will eine birne essen .
ich weiß , dass sie den kleinen hund nicht findet .
wir singen , weil ich schlafen kann .
ein kind schläft , weil wir gesungen haben .
wir arbeiten , weil die frau das kleine ei finden kann .
oft isst er die kleine birne .
die frau findet eine katze .
wir schlafen .
ich arbeite , weil sie arbeitet .
ich weiß , dass sie schläft .
ein lehrer hört die katze nicht .
die alte frau lacht .

"""#

  static let translateTarget = #"""
he says that i buy the pear .
often the teacher finds a new letter .
he reads the letter .
she works because the small child laughs .
she believes that i want to find the cat .
a man sleeps because a woman laughs .
i know that the woman read a book .
then we eat the small pear .
she believes that the old man must buy the pear .
i must see the new letter .
the man laughed .
an old man can eat an apple .
he sleeps because i want to hear a dog .
an old woman sings because we read the letter .
now the man found a dog .
she hears the car .
then an old teacher sees a dog .
he does not read the letter .
often she eats the pear .
he buys an egg .
a woman works because he heard the cat .
often the man buys the egg .
he says that the old man does not see the dog .
the child can sing .
i know that a woman finds the small flower .
she does not sleep .
i read a newspaper .
she laughs because the woman sees the flower .
then a woman laughed .
she believes that the new teacher must laugh .
a man laughs because i see an old cat .
he works .
a woman sings because we want to read a book .
she buys an apple .
then the man found an egg .
a woman heard the old car .
today we sing .
an old woman bought a car .
the man does not work .
he buys the pear .
the child sleeps because she can laugh .
the woman reads a letter .
she found a flower .
now a man does not buy the flower .
the man does not find the old dog .
i know that the child bought the flower .
the child finds the cat .
we sing because i see a book .
we work because a man slept .
he saw the letter .
he finds the flower .
i saw a small horse .
she believes that a child found the flower .
now i see the book .
the child laughs .
a child laughs because the woman can sleep .
the old teacher sings because a child found the dog .
a teacher reads a newspaper .
she works because he ate an egg .
a man sings because i do not find the small egg .
today she ate the pear .
often a teacher finds the new letter .
he says that the teacher laughs .
she laughs because a woman ate the pear .
he sings because the man does not eat the small egg .
she laughs because an old man ate a pear .
today we slept .
the teacher laughs because a man finds the cat .
she believes that we see the flower .
a child sings because i heard the cat .
he works because the woman finds a dog .
i sing because the man eats the pear .
the woman sings because he buys the newspaper .
now she saw a dog .
she sleeps because the man reads the letter .
today i hear a song .
often a woman eats the egg .
now we ate a pear .
a man wants to see a letter .
i see a flower .
i saw the horse .
he says that the woman ate the apple .
today a teacher does not read the book .
we sing because he reads the letter .
now i see a car .
a man works .
today a woman does not find the dog .
i know that the woman does not read the book .
now a small child finds the flower .
we sing because she hears the song .
the man wants to find an egg .
then she reads the newspaper .
i can eat the apple .
the woman sings because she must hear a car .
the child laughs because a woman laughs .
the teacher sings because a child wants to read the letter .
he says that the child hears the horse .
then the man sings .
the man works because a child hears a dog .
she wants to read a newspaper .
now the woman does not eat the egg .
the old man reads the letter .
she finds the cat .
she believes that the woman bought the book .
then a child reads the new letter .
the woman reads the newspaper .
a child laughs because i must laugh .
i sleep .
a man laughs because a woman wants to work .
often he must find the flower .
the woman must see a cat .
then the man finds the small cat .
the teacher sings because the woman sleeps .
often he eats a pear .
he says that he must hear the car .
she sings because the teacher laughed .
then an old woman eats the pear .
a teacher laughs because the child heard a cat .
she believes that the man sang .
he does not buy the horse .
now the woman finds the letter .
the man works .
now he hears the cat .
then we do not find the egg .
i know that the child wants to buy the flower .
she believes that the man hears the song .
she believes that the woman sees the horse .
the old man eats an egg .
we laugh .
i know that a man finds the beautiful flower .
he works because he sees an old dog .
he says that the child reads a letter .
i bought the apple .
the old teacher works because she slept .
a man works because we read the newspaper .
she believes that she saw the horse .
a teacher does not read the new newspaper .
i know that we eat a small egg .
we find a cat .
the child sleeps because a teacher reads a letter .
a man worked .
a man does not buy the egg .
i know that he saw the book .
today we see the horse .
today he buys the newspaper .
often he can read the book .
she sleeps because the old woman sees a small dog .
the child works because the woman does not find the cat .
today i read the newspaper .
i know that we see a horse .
she sleeps because the child can buy a car .
she heard a horse .
a woman ate the egg .
now an old woman can read the newspaper .
she laughs .
she believes that the woman reads a letter .
the child sings because the new teacher wants to read a new letter .
i know that she wants to read an old newspaper .
a man sings because we do not buy the newspaper .
a man laughs because i buy the horse .
today i ate a small apple .
she hears the cat .
i know that we buy a newspaper .
a small child sings because an old teacher does not find the letter .
we must see a horse .
she believes that we can find the egg .
a man works because he sees the book .
i can read a letter .
she believes that a child ate a small pear .
he laughs because she ate the small pear .
today an old man eats a pear .
a child sleeps because the old woman sees the horse .
now an old woman wants to hear the dog .
he works because the man reads a new letter .
a child laughs because she hears the old car .
today he finds a small egg .
she reads a letter .
a woman laughs because the child does not read the newspaper .
he says that a teacher does not find the dog .
now the child read a newspaper .
the old man saw a new letter .
i eat the pear .
a teacher laughs because the woman eats the pear .
she believes that she eats a pear .
we must buy the book .
he says that a man laughs .
often the child reads the letter .
she believes that she must hear a cat .
a child works because a teacher buys the pear .
the teacher sings because the old man must see the book .
the small child laughs .
a man works because she finds the flower .
i laugh because he can sleep .
the man works because the child can hear a dog .
the woman finds a letter .
he says that the old teacher can read the newspaper .
often he can buy the beautiful flower .
a child sleeps because the old woman wants to sing .
a child sings because she ate an egg .
he found the letter .
he sings because he sang .
today he worked .
the old teacher works because i slept .
today she hears a beautiful horse .
the woman must eat an egg .
now he can find a flower .
the woman works because the man sees a car .
a man does not work .
the teacher sings because a man does not eat the pear .
the new teacher sings because a child sings .
the new teacher wants to read the letter .
the old teacher can find a cat .
now he does not sleep .
i know that the old teacher must read a book .
she laughs because she laughs .
today the child read the new book .
a teacher read the letter .
i eat the egg .
he must eat the apple .
i know that he sees a new letter .
she believes that a woman sees a small dog .
i know that we want to buy an egg .
he says that we bought an egg .
a teacher works because a man bought a newspaper .
he says that she wants to eat a pear .
the small child sings because we eat the egg .
the woman sees the old car .
she believes that a woman does not hear the song .
the old woman sings because the old teacher reads a book .
today she can buy an apple .
often we find the letter .
she works because a teacher found a flower .
we can find a letter .
the man laughs because the child hears a car .
then the man eats an egg .
i sleep because a small child bought the small pear .
the teacher eats the egg .
a woman read the book .
she buys the egg .
she laughs because a teacher buys a small pear .
a man hears a horse .
a man works because we do not read the newspaper .
now i saw a dog .
today the woman reads a newspaper .
he says that the man buys a pear .
often we eat the egg .
the teacher laughs because a woman buys an apple .
today we work .
i know that a woman wants to read a newspaper .
i know that we can eat an apple .
the woman sleeps because the man hears the car .
we find the dog .
an old woman laughs because the child sleeps .
the woman sings because the small child does not sleep .
now she sleeps .
the child saw a flower .
now she laughed .
he says that a teacher laughs .
the old woman bought the old newspaper .
he read a newspaper .
she believes that he bought an old book .
often we see a horse .
we laugh because she can see the dog .
i know that she does not read the old newspaper .
he says that we can read a newspaper .
she believes that the man wants to laugh .
she believes that the old teacher does not read the newspaper .
the teacher sings because the woman reads the new newspaper .
the new teacher wants to eat a pear .
i know that she does not find the small dog .
we sing because i can sleep .
a child sleeps because we sang .
we work because the woman can find the small egg .
often he eats the small pear .
the woman finds a cat .
we sleep .
i work because she works .
i know that she sleeps .
a teacher does not hear the cat .
the old woman laughs .

"""#

  static let translateTestSource = #"""
ich weiß , dass wir eine alte zeitung lesen .
eine alte frau schläft , weil der mann arbeitet .
die frau schläft , weil er eine katze hört .
das kind singt , weil der lehrer singt .
das kind hat gelacht .
ich weiß , dass der mann nicht schläft .
das kind schläft , weil die frau den brief finden will .
dann findet ein lehrer den brief nicht .
das kleine kind schläft , weil wir nicht lachen .
sie glaubt , dass ich einen kleinen apfel gegessen habe .
wir lachen , weil das kind einen brief gelesen hat .
die frau schläft , weil ich arbeiten muss .
er sagt , dass eine frau das pferd gesehen hat .
der mann lacht , weil der neue lehrer den apfel essen kann .
er sagt , dass sie die blume gekauft hat .
er singt , weil das kind einen brief lesen muss .
dann kaufen wir die birne .
der lehrer singt , weil ich nicht arbeite .
er sagt , dass die frau das kleine pferd hört .
ich lache , weil er einen brief findet .
die alte frau isst das ei .
das kind lacht , weil wir das lied hören .
sie findet das ei .
ich habe die blume gefunden .
ein kind hört das pferd .
ich lache , weil das kind einen hund sieht .
jetzt hört eine alte frau einen wagen .
ein lehrer singt , weil der mann die katze hört .
ich lache .
der lehrer schläft nicht .
sie arbeitet , weil er eine zeitung kauft .
ein lehrer arbeitet nicht .
sie singt , weil die frau nicht lacht .
ein kleines kind findet eine blume .
er hat eine zeitung gekauft .
jetzt arbeitet die frau .
die frau hört einen wagen .
ich finde ein kleines ei .
das kleine kind muss einen brief finden .
die frau lacht , weil er die zeitung lesen muss .
eine alte frau lacht , weil der mann die birne isst .
sie glaubt , dass sie einen hund gehört hat .
ich weiß , dass ich den hund finde .
heute isst der neue lehrer den apfel .
der mann hat gearbeitet .
dann kauft sie ein pferd .
er sieht einen hund .
ein lehrer hat das neue buch gekauft .
wir müssen einen hund finden .
sie hat geschlafen .

"""#

  static let translateTestTarget = #"""
i know that we read an old newspaper .
an old woman sleeps because the man works .
the woman sleeps because he hears a cat .
the child sings because the teacher sings .
the child laughed .
i know that the man does not sleep .
the child sleeps because the woman wants to find the letter .
then a teacher does not find the letter .
the small child sleeps because we do not laugh .
she believes that i ate a small apple .
we laugh because the child read a letter .
the woman sleeps because i must work .
he says that a woman saw the horse .
the man laughs because the new teacher can eat the apple .
he says that she bought the flower .
he sings because the child must read a letter .
then we buy the pear .
the teacher sings because i do not work .
he says that the woman hears the small horse .
i laugh because he finds a letter .
the old woman eats the egg .
the child laughs because we hear the song .
she finds the egg .
i found the flower .
a child hears the horse .
i laugh because the child sees a dog .
now an old woman hears a car .
a teacher sings because the man hears the cat .
i laugh .
the teacher does not sleep .
she works because he buys a newspaper .
a teacher does not work .
she sings because the woman does not laugh .
a small child finds a flower .
he bought a newspaper .
now the woman works .
the woman hears a car .
i find a small egg .
the small child must find a letter .
the woman laughs because he must read the newspaper .
an old woman laughs because the man eats the pear .
she believes that she heard a dog .
i know that i find the dog .
today the new teacher eats the apple .
the man worked .
then she buys a horse .
he sees a dog .
a teacher bought the new book .
we must find a dog .
she slept .

"""#
}
